package dev.ipgate.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.http.BufferPool;
import dev.ipgate.testing.Certificates;
import io.undertow.connector.ByteBufferPool;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/** Records that arrive in pieces, and room that comes in pieces; the peer is an engine in memory. */
@ParameterizedClass(name = "{0}")
@EnumSource
class TlsLinkTest {

    /** Which side of the connection the link is. */
    enum Side {
        CLIENT,
        SERVER
    }

    private static SSLContext server = emptyContext();
    private static SSLContext client = emptyContext();

    private final Arriving arriving = new Arriving();
    private final Leaving leaving = new Leaving();
    private final SSLEngine peer;
    private final TlsLink link;

    TlsLinkTest(Side side) {
        boolean ours = side == Side.SERVER;
        SSLEngine engine = (ours ? server : client).createSSLEngine();
        engine.setUseClientMode(!ours);
        peer = (ours ? client : server).createSSLEngine();
        peer.setUseClientMode(ours);
        ByteBufferPool records = new BufferPool(TlsLink.RECORD_BYTES, 10);
        link = new TlsLink(engine, records, arriving, leaving);
    }

    private static SSLContext emptyContext() {
        try {
            return SSLContext.getInstance("TLS");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void makeIdentity(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        certificates.server("peer", "dns:localhost");
        server = certificates.identity("peer");
        client = certificates.trust("peer");
    }

    @Test
    void aRecordThatArrivesInTwoPiecesIsReadWithItsEnd() throws IOException {
        shakeHands();
        int length = 6; // a record has more; the first tells how many
        for (int cut = 1; cut < length; cut++) {
            byte[] record = record("hello");
            length = record.length;
            ByteBuffer into = ByteBuffer.allocate(100);

            arriving.add(record, 0, cut);
            assertThat(link.read(into)).as("cut at %d", cut).isZero();
            assertThat(link.hasInput()).as("cut at %d: waits for an event", cut).isFalse();

            arriving.add(record, cut, length - cut);
            assertThat(link.read(into)).as("cut at %d", cut).isEqualTo(5);
            assertThat(text(into)).isEqualTo("hello");
            assertThat(link.read(into)).isZero();
            assertThat(link.hasInput()).isFalse();
        }
    }

    @Test
    void whatFindsNoRoomIsKeptForTheNextRead() throws IOException {
        shakeHands();
        byte[] record = record("hello world");
        arriving.add(record, 0, record.length);
        ByteBuffer little = ByteBuffer.allocate(5);

        assertThat(link.read(little)).isEqualTo(5);
        assertThat(text(little)).isEqualTo("hello");
        assertThat(link.hasInput()).isTrue();
        assertThat(link.read(little)).isZero(); // it is full

        ByteBuffer more = ByteBuffer.allocate(100);
        assertThat(link.read(more)).isEqualTo(6);
        assertThat(text(more)).isEqualTo(" world");
        assertThat(link.hasInput()).isFalse();
    }

    @Test
    void severalRecordsThatArriveTogetherAreReadOneByOne() throws IOException {
        shakeHands();
        for (String text : new String[] {"one", "two", "three"}) {
            byte[] record = record(text);
            arriving.add(record, 0, record.length);
        }
        StringBuilder read = new StringBuilder();
        do {
            ByteBuffer into = ByteBuffer.allocate(100);
            assertThat(link.read(into)).isPositive();
            read.append(text(into)).append(' ');
        } while (link.hasInput());
        assertThat(read).hasToString("one two three ");
    }

    @Test
    void theEndCountsOnlyIfTlsSaysSo() throws IOException {
        shakeHands();
        peer.closeOutbound();
        byte[] closeNotify = record("");
        arriving.add(closeNotify, 0, closeNotify.length);
        assertThat(link.read(ByteBuffer.allocate(100))).isEqualTo(-1);
        assertThat(link.read(ByteBuffer.allocate(100))).isEqualTo(-1);
    }

    @Test
    void anEndWithoutCloseNotifyIsAnError() throws IOException {
        shakeHands();
        arriving.ended = true;
        assertThatThrownBy(() -> link.read(ByteBuffer.allocate(100))).isInstanceOf(EOFException.class);
    }

    @Test
    void garbageIsAnErrorAndNotData() throws IOException {
        shakeHands();
        byte[] record = record("hello");
        record[record.length - 1] ^= 1;
        arriving.add(record, 0, record.length);
        assertThatThrownBy(() -> link.read(ByteBuffer.allocate(100))).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsWrittenArrivesHoweverLittleRoomThereIs() throws IOException {
        shakeHands();
        byte[] bytes = "x".repeat(100_000).getBytes(US_ASCII);
        ByteBuffer[] from = {ByteBuffer.wrap(bytes, 0, 10), ByteBuffer.wrap(bytes, 10, bytes.length - 10)};
        long taken = 0;
        for (leaving.room = 1000; taken < bytes.length; leaving.room = 1000) {
            taken += link.write(from, 0, 2);
        }
        assertThat(link.hasOutput()).isTrue();
        leaving.room = Integer.MAX_VALUE;
        assertThat(link.flush()).isTrue();
        assertThat(link.hasOutput()).isFalse();

        ByteBuffer received = ByteBuffer.allocate(bytes.length + TlsLink.RECORD_BYTES);
        ByteBuffer sent = leaving.take();
        while (sent.hasRemaining()) {
            peer.unwrap(sent, received);
        }
        assertThat(received.position()).isEqualTo(bytes.length);
    }

    @Test
    void whatIsFreedHasNoEndThatCouldBeTakenForTheMessages() throws IOException {
        shakeHands();
        link.free();
        assertThatThrownBy(() -> link.read(ByteBuffer.allocate(100))).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aPartOfARecordIsSomethingToo() throws IOException {
        shakeHands();
        assertThat(link.holdsInput()).isFalse();
        arriving.add(record("hello"), 0, 1);
        assertThat(link.read(ByteBuffer.allocate(100))).isZero();
        assertThat(link.holdsInput()).isTrue();
    }

    @Test
    void holdsNoMoreThanHasArrived() throws IOException {
        Room room = new Room(Runnable::run, Long.MAX_VALUE);
        link.holdIn(room.part(() -> {}));
        shakeHands();
        link.endHandshake();
        assertThat(room.held()).isZero();

        byte[] record = record("x".repeat(10_000));
        arriving.add(record, 0, 1000);
        assertThat(link.read(ByteBuffer.allocate(20_000))).isZero();
        assertThat(room.held()).isEqualTo(1000);

        arriving.add(record, 1000, 8000);
        assertThat(link.read(ByteBuffer.allocate(20_000))).isZero();
        assertThat(room.held()).isEqualTo(TlsLink.RECORD_BYTES);

        arriving.add(record, 9000, record.length - 9000);
        ByteBuffer into = ByteBuffer.allocate(20_000);
        assertThat(link.read(into)).isEqualTo(10_000);
        assertThat(room.held()).isZero();

        leaving.room = 10;
        link.write(new ByteBuffer[] {into.flip()}, 0, 1);
        assertThat(room.held()).isEqualTo(TlsLink.RECORD_BYTES);
        link.free();
        assertThat(room.held()).isZero();
    }

    @Test
    void aHandshakeCountsUntilItIsOver() throws IOException {
        Room room = new Room(Runnable::run, Long.MAX_VALUE);
        link.holdIn(room.part(() -> {}));
        link.beginHandshake();
        assertThat(room.held()).isGreaterThan(10_000);
        link.free();
        assertThat(room.held()).isZero();
    }

    @Test
    void newKeysInTheMiddleLoseNothing() throws IOException {
        shakeHands();
        ByteBuffer received = ByteBuffer.allocate(100 + TlsLink.RECORD_BYTES);
        for (int i = 0; i < 100; i++) {
            newKey();
            byte[] record = record("down " + i);
            arriving.add(record, 0, record.length);
            leaving.room = 10; // the answer to the new key waits
            ByteBuffer into = ByteBuffer.allocate(100);
            assertThat(link.read(into)).isPositive();
            assertThat(text(into)).isEqualTo("down " + i);

            leaving.room = Integer.MAX_VALUE;
            ByteBuffer up = ByteBuffer.wrap(("up " + i).getBytes(US_ASCII));
            assertThat(link.write(new ByteBuffer[] {up}, 0, 1)).isPositive();
            ByteBuffer sent = leaving.take();
            while (sent.hasRemaining()) {
                peer.unwrap(sent, received);
            }
            assertThat(text(received)).isEqualTo("up " + i);
            received.clear();
        }
    }

    @Test
    void aPeerThatAsksForNewKeysAndTakesNoAnswersIsNotServedForEver() throws IOException {
        shakeHands();
        leaving.room = 0;
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        newKey();
                        byte[] record = record("x"); // something to read each time
                        arriving.add(record, 0, record.length);
                        link.read(ByteBuffer.allocate(100));
                    }
                })
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("again and again");
    }

    @Test
    void recordsWithoutDataDoNotKeepTheReaderForEver() throws IOException {
        shakeHands();
        for (int i = 0; i < 1000; i++) {
            newKey();
        }
        assertThatThrownBy(() -> link.read(ByteBuffer.allocate(100)))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("again and again");
    }

    /** The peer changes its key, and wants us to change ours (RFC 8446 section 4.6.3). */
    private void newKey() throws IOException {
        peer.beginHandshake();
        byte[] record = record("");
        assertThat(record).isNotEmpty();
        arriving.add(record, 0, record.length);
    }

    private void shakeHands() throws IOException {
        link.engine().beginHandshake();
        peer.beginHandshake();
        ByteBuffer nothing = ByteBuffer.allocate(TlsLink.RECORD_BYTES);
        ByteBuffer toPeer = ByteBuffer.allocate(0);
        while (isBusy(link.engine()) || isBusy(peer)) {
            runTasks(link.engine());
            runTasks(peer);
            switch (link.engine().getHandshakeStatus()) {
                case NEED_WRAP -> link.wrapHandshake();
                case NEED_UNWRAP -> link.readHandshake();
                default -> {}
            }
            link.flush();
            toPeer =
                    ByteBuffer.allocate(100_000).put(toPeer).put(leaving.take()).flip();
            if (peer.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                byte[] record = record("");
                arriving.add(record, 0, record.length);
            } else if (toPeer.hasRemaining()) {
                peer.unwrap(toPeer, nothing);
            }
        }
        link.read(ByteBuffer.allocate(100)); // the tickets, which either may have
        toPeer = ByteBuffer.allocate(100_000).put(toPeer).put(leaving.take()).flip();
        while (toPeer.hasRemaining()) {
            peer.unwrap(toPeer, nothing);
        }
    }

    private static boolean isBusy(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void runTasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** A record that the peer sends. */
    private byte[] record(String text) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(2 * TlsLink.RECORD_BYTES);
        peer.wrap(ByteBuffer.wrap(text.getBytes(US_ASCII)), record);
        byte[] bytes = new byte[record.flip().remaining()];
        record.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer buffer) {
        return US_ASCII.decode(buffer.duplicate().flip()).toString();
    }

    /** What a conduit has to have behind it, and these do not use. */
    private static <T> T nowhere(Class<T> conduit) {
        return conduit.cast(
                Proxy.newProxyInstance(conduit.getClassLoader(), new Class<?>[] {conduit}, (proxy, method, args) -> {
                    throw new UnsupportedOperationException(method.getName());
                }));
    }

    /** What the peer has sent. */
    private static final class Arriving extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;

        Arriving() {
            super(nowhere(StreamSourceConduit.class));
        }

        void add(byte[] more, int offset, int length) {
            bytes.write(more, offset, length);
        }

        @Override
        public int read(ByteBuffer into) {
            if (bytes.size() == 0) {
                return ended ? -1 : 0;
            }
            byte[] all = bytes.toByteArray();
            int count = Math.min(all.length, into.remaining());
            into.put(all, 0, count);
            bytes.reset();
            bytes.write(all, count, all.length - count);
            return count;
        }
    }

    /** What goes to the peer, as far as there is room. */
    private static final class Leaving extends AbstractStreamSinkConduit<StreamSinkConduit> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int room = Integer.MAX_VALUE;

        Leaving() {
            super(nowhere(StreamSinkConduit.class));
        }

        ByteBuffer take() {
            ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
            bytes.reset();
            return all;
        }

        @Override
        public int write(ByteBuffer from) {
            int count = Math.min(room, from.remaining());
            for (int i = 0; i < count; i++) {
                bytes.write(from.get());
            }
            room -= count;
            return count;
        }
    }
}

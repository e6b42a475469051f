package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.http2.Http2Server;
import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.Position;
import io.undertow.server.HttpHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;
import org.xnio.conduits.WriteReadyHandler;

/**
 * A client's connection with a test in the place of the network: each piece that is sent arrives by itself, what is written
 * is taken as far as there is room, and everything happens on the test's thread, in an order that never changes.
 */
final class Wire {

    static final int BUFFER_BYTES = 256;
    static final ClientLimits LIMITS = new ClientLimits(4096, Duration.ofSeconds(10), Duration.ofSeconds(75));

    /** What all clients together may have sent and nobody can use yet. */
    static final int EARLY_BYTES = 64 * 1024;

    private static final ListenSettings LISTEN = new ListenSettings(
            "80", new InetSocketAddress(80), null, false, false, false, null, Position.of("ipgate.yaml"));

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final IoThread thread;
    private final HttpService service;
    private final Http2Server http2;
    private final IoContext context;
    private final Channel channel;
    private ByteBuffer arrived = ByteBuffer.allocate(0);
    private boolean ended;
    private boolean broken;
    private int room = Integer.MAX_VALUE;
    private boolean readResumed;
    private boolean writeResumed;
    private boolean writeShut;
    private boolean holdsBack;
    private int reads;
    private @Nullable ReadReadyHandler reader;
    private @Nullable WriteReadyHandler writer;

    Wire(HttpHandler handler) {
        IoContexts contexts = new IoContexts(new BufferPool(BUFFER_BYTES, 1), EARLY_BYTES);
        thread = new IoThread();
        channel = new Channel(thread);
        service = new HttpService(contexts, handler, LIMITS);
        http2 = new Http2Server(service);
        context = contexts.of(thread);
    }

    private Wire(Wire other) {
        thread = other.thread;
        channel = new Channel(thread);
        service = other.service;
        http2 = other.http2;
        context = other.context;
    }

    /** Another client on the same IO thread. */
    Wire neighbour() {
        return new Wire(this);
    }

    Http1Connection open() {
        Http1Connection connection = new Http1Connection(service, context, channel, link(), "http", null);
        connection.start(null);
        return connection;
    }

    /** The same for a client who speaks HTTP/2. */
    Wire openHttp2() {
        http2.serve(channel, link(), "http");
        settle();
        return this;
    }

    private static ClientLink link() {
        return new ClientLink(
                ClientAddress.direct(Objects.requireNonNull(IpAddress.parse("203.0.113.7", 0, "203.0.113.7".length()))),
                () -> LISTEN);
    }

    IoContext context() {
        return context;
    }

    HttpService service() {
        return service;
    }

    /** Lets a piece arrive, and everything happen that follows from it. */
    Wire send(String piece) {
        arrive(piece);
        settle();
        return this;
    }

    /** Lets a piece arrive that nobody has looked at yet. */
    void arrive(String piece) {
        byte[] bytes = piece.getBytes(ISO_8859_1);
        arrived = ByteBuffer.allocate(arrived.remaining() + bytes.length)
                .put(arrived)
                .put(bytes)
                .flip();
    }

    /** The client sends no more. */
    Wire end() {
        ended = true;
        settle();
        return this;
    }

    /** The client is gone: every read and write fails. */
    Wire reset() {
        broken = true;
        settle();
        return this;
    }

    /** The client takes so many bytes more, one piece, and what follows from that happens. */
    Wire take(int bytes) {
        room = bytes;
        settle();
        return this;
    }

    /** Does what the IO thread would do until nothing is left to do. */
    private void settle() {
        boolean progress = true;
        while (progress) {
            progress = turn();
        }
    }

    /** One look at the connection, as a selector takes it; false if there was nothing to do. */
    boolean turn() {
        Runnable task = thread.tasks.poll();
        if (task != null) {
            task.run();
            return true;
        }
        if (channel.isOpen() && readResumed && reader != null && (arrived.hasRemaining() || ended || broken)) {
            reader.readReady();
            return true;
        }
        if (channel.isOpen() && writeResumed && writer != null && room > 0) {
            writer.writeReady();
            return true;
        }
        return false;
    }

    /** What has been written since this was called last, without the Date, which may stand anywhere in the head. */
    String written() {
        return withoutDate(writtenWithDate());
    }

    static String withoutDate(String text) {
        return text.replaceAll("Date: [^\r]*\r\n", "");
    }

    String writtenWithDate() {
        String text = written.toString(ISO_8859_1);
        written.reset();
        return text;
    }

    int reads() {
        return reads;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Whether the client has been told that nothing more comes, while it may still send. */
    boolean isHalfClosed() {
        return channel.isOpen() && writeShut;
    }

    /** As TLS does, takes bytes from now on before the client does, or does so no longer. */
    void holdBack(boolean holds) {
        holdsBack = holds;
    }

    boolean awaitsRoom() {
        return writeResumed;
    }

    boolean awaitsBytes() {
        return readResumed;
    }

    private final class Channel extends StreamConnection {
        Channel(IoThread thread) {
            super(thread);
            setSourceConduit(conduit(StreamSourceConduit.class, this::source));
            setSinkConduit(conduit(StreamSinkConduit.class, this::sink));
        }

        private @Nullable Object source(Method method, Object[] arguments) throws IOException {
            switch (method.getName()) {
                case "read" -> {
                    return read((ByteBuffer) arguments[0]);
                }
                case "resumeReads" -> readResumed = true;
                case "suspendReads" -> readResumed = false;
                case "isReadResumed" -> {
                    return readResumed;
                }
                case "setReadReadyHandler" -> reader = (ReadReadyHandler) arguments[0];
                case "terminateReads" -> readClosed();
                case "getReadThread" -> {
                    return getIoThread();
                }
                default -> throw new UnsupportedOperationException(method.toString());
            }
            return null;
        }

        private @Nullable Object sink(Method method, Object[] arguments) throws IOException {
            switch (method.getName()) {
                case "write" -> {
                    return arguments.length == 1
                            ? (Object) (int) write((ByteBuffer) arguments[0])
                            : (Object) write((ByteBuffer[]) arguments[0]);
                }
                case "resumeWrites" -> writeResumed = true;
                case "suspendWrites" -> writeResumed = false;
                case "isWriteResumed" -> {
                    return writeResumed;
                }
                case "setWriteReadyHandler" -> writer = (WriteReadyHandler) arguments[0];
                case "terminateWrites", "truncateWrites" -> writeShut = true;
                case "flush" -> {
                    return !holdsBack;
                }
                case "getWriteThread" -> {
                    return getIoThread();
                }
                default -> throw new UnsupportedOperationException(method.toString());
            }
            return null;
        }

        private int read(ByteBuffer to) throws IOException {
            reads++;
            if (broken) {
                throw new IOException("reset");
            }
            if (!arrived.hasRemaining()) {
                return ended ? -1 : 0;
            }
            int count = Math.min(to.remaining(), arrived.remaining());
            to.put(arrived.slice(arrived.position(), count));
            arrived.position(arrived.position() + count);
            return count;
        }

        private long write(ByteBuffer... buffers) throws IOException {
            if (broken || writeShut) {
                throw new IOException("reset");
            }
            int taken = 0;
            for (ByteBuffer buffer : buffers) {
                for (; room > 0 && buffer.hasRemaining(); room--, taken++) {
                    written.write(buffer.get());
                }
            }
            return taken;
        }

        @Override
        protected void closeAction() {
            readClosed();
            writeClosed();
        }

        @Override
        protected void notifyWriteClosed() {}

        @Override
        protected void notifyReadClosed() {}

        @Override
        public SocketAddress getPeerAddress() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketAddress getLocalAddress() {
            throw new UnsupportedOperationException();
        }
    }

    private interface Calls {
        @Nullable
        Object call(Method method, Object[] arguments) throws IOException;
    }

    private static <T> T conduit(Class<T> type, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> calls.call(method, arguments)));
    }

    /** Runs nothing by itself, and no timer: a test that is about time asks the connection to look at its clock. */
    private static final class IoThread extends XnioIoThread {
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        IoThread() {
            super(null, 0);
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Key executeAfter(Runnable task, long time, TimeUnit unit) {
            return () -> true;
        }

        @Override
        public Key executeAtInterval(Runnable task, long time, TimeUnit unit) {
            return () -> true;
        }
    }
}

package dev.ipgate.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ipgate.tls.TlsServer.Handoff;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/**
 * A client that has just connected, until TLS is in place: the handshake, its time limit, and the client that speaks plain
 * HTTP on the wrong port, which is told so in its own language.
 */
final class Arrival {

    private static final byte[] WRONG_PORT = wrongPort();

    private final StreamConnection connection;
    private final TlsLink link;
    private final List<X509Certificate> authorities; // of clients
    private final Handoff handoff;
    private final TlsHandshake handshake;
    private XnioExecutor.@Nullable Key deadline;
    private boolean over;
    private boolean secured;

    Arrival(
            StreamConnection connection,
            TlsLink link,
            List<X509Certificate> authorities,
            TlsResources.Shared shared,
            boolean engineHasTasks,
            Handoff handoff) {
        this.connection = connection;
        this.link = link;
        this.authorities = authorities;
        this.handoff = handoff;
        handshake =
                new TlsHandshake(connection, link, shared.arithmetic(), engineHasTasks, this::secured, this::failed);
        link.holdIn(shared.room().part(this::crowdedOut));
    }

    private static byte[] wrongPort() {
        String page = "This port speaks HTTPS only: write https:// in place of http:// in the address.\n";
        return ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                        + page.length() + "\r\nConnection: close\r\n\r\n" + page)
                .getBytes(US_ASCII);
    }

    void start(Duration patience) {
        connection.setCloseListener(closed -> closed());
        deadline = connection.getIoThread().executeAfter(this::late, patience.toMillis(), TimeUnit.MILLISECONDS);
        connection.getSourceChannel().setReadListener(source -> greet());
        greet();
    }

    /** Looks at what the client begins with. */
    private void greet() {
        try {
            int first = link.firstByte();
            if (first == TlsLink.NOTHING_YET) {
                connection.getSourceChannel().resumeReads();
            } else if (first >= 'A' && first <= 'Z') { // a method; no record of TLS has such a type
                tellWrongPort();
            } else {
                handshake.start();
            }
        } catch (IOException e) { // it has said nothing: a look whether the port is open
            IoUtils.safeClose(connection);
        }
    }

    private void tellWrongPort() throws IOException {
        over = true;
        link.free();
        handoff.failed(connection, "it speaks plain HTTP");
        connection.getSourceChannel().setReadListener(source -> discard());
        connection.getSinkChannel().write(ByteBuffer.wrap(WRONG_PORT)); // there is room on a new connection
        connection.getSinkChannel().shutdownWrites();
        connection.getSinkChannel().flush();
        connection.getSourceChannel().resumeReads(); // closing at once would reset the connection, and the page with it
    }

    private void discard() {
        try {
            if (connection.getSourceChannel().read(ByteBuffer.allocate(TlsLink.RECORD_BYTES)) < 0) {
                IoUtils.safeClose(connection);
            }
        } catch (IOException e) {
            IoUtils.safeClose(connection);
        }
    }

    private void secured(StreamConnection same, TlsLink sameLink) {
        over = true;
        secured = true;
        forgetDeadline();
        handoff.secured(same, TlsPeer.of(link.engine(), authorities));
    }

    private void failed(IOException reason) {
        if (!over) {
            over = true;
            handoff.failed(connection, TlsHandshake.message(reason));
        }
    }

    private void late() {
        deadline = null;
        giveUp("it takes too long");
    }

    private void crowdedOut() {
        if (secured) {
            handoff.crowdedOut(connection);
            IoUtils.safeClose(connection);
        } else {
            giveUp("so many others are under way that the memory for them is used up, and it began first");
        }
    }

    private void giveUp(String why) {
        if (!over) {
            over = true;
            handoff.failed(connection, why);
        }
        handshake.abandon();
    }

    /** However the connection has ended, be it long after the handshake. */
    private void closed() {
        forgetDeadline();
        link.free();
    }

    private void forgetDeadline() {
        if (deadline != null) {
            deadline.remove();
            deadline = null;
        }
    }
}

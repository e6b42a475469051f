package dev.ipgate.testing;

import dev.ipgate.server.Gate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A gate in this process, with a conf file in a folder of its own and the access log beside it. */
public final class TestGate implements AutoCloseable {

    private final Transport transport;
    private final Path folder;
    private final Gate gate;
    private final String listen;
    private final @Nullable SSLContext trust; // null for plain HTTP

    private TestGate(Transport transport, Path folder, Gate gate, String listen, @Nullable SSLContext trust) {
        this.transport = transport;
        this.folder = folder;
        this.gate = gate;
        this.listen = listen;
        this.trust = trust;
    }

    /** Starts a gate; the text is the conf file without {@code listen} and {@code access_log}, unless it has them. */
    public static TestGate start(Path folder, String conf) throws IOException {
        return start(Transport.PLAIN, folder, conf);
    }

    /** The same over a transport of choice, which its clients speak as well; the text has no {@code listen} then. */
    public static TestGate start(Transport transport, Path folder, String conf) throws IOException {
        String listen = transport.listen(folder);
        write(folder, conf, listen);
        Gate gate = Gate.start(folder.resolve("ipgate.yaml"));
        return new TestGate(transport, folder, gate, listen, transport.trust(folder));
    }

    private static void write(Path folder, String conf, String listen) throws IOException {
        String text = conf;
        if (!conf.startsWith("listen:") && !conf.contains("\nlisten:")) {
            text = "listen: " + listen + "\n" + text;
        }
        if (!conf.startsWith("access_log:") && !conf.contains("\naccess_log:")) {
            text += "\naccess_log: {format: combined, to: access.log}\n";
        }
        Files.writeString(folder.resolve("ipgate.yaml"), text);
    }

    /** Writes a new conf file and reloads; returns what changed. */
    public String reload(String conf) throws IOException {
        write(folder, conf, listen);
        return gate.reload();
    }

    public Gate gate() {
        return gate;
    }

    public Path folder() {
        return folder;
    }

    public InetSocketAddress address() {
        return address(0);
    }

    /** Where the n-th listener can be reached, from 0. */
    public InetSocketAddress address(int index) {
        InetSocketAddress bound = gate.addresses().get(index);
        return bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getPort())
                : bound;
    }

    public RawClient connect() throws IOException {
        return transport.speak(RawClient.connect(address()), trust);
    }

    public RawClient connectFrom(String source) throws IOException {
        return transport.speak(RawClient.connect(source, address()), trust);
    }

    /** A client that speaks HTTP/1.1, for what HTTP/2 has not, such as WebSockets. */
    public RawClient connectHttp1From(String source) throws IOException {
        RawClient client = RawClient.connect(source, address());
        return trust == null ? client : client.secure(trust);
    }

    /** Asks once on a connection of its own. */
    public RawResponse getFrom(String source, String path, String... headerLines) throws IOException {
        try (RawClient client = connectFrom(source)) {
            return client.get(path, headerLines);
        }
    }

    /** The access log so far. */
    public String log() throws IOException {
        Path log = folder.resolve("access.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    @Override
    public void close() {
        gate.close(Duration.ZERO);
    }
}

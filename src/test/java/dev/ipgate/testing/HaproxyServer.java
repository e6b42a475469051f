package dev.ipgate.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real HAProxy that passes TCP connections on to a gate, with a PROXY header in front. */
public final class HaproxyServer {

    private HaproxyServer() {}

    /**
     * Starts HAProxy in the foreground, with everything that it writes in the folder.
     *
     * @param options what stands behind the gate's address in its {@code server} line
     */
    public static ListeningProgram start(Path folder, InetSocketAddress gate, String options) throws IOException {
        Path haproxy = Programs.require("haproxy");
        Path conf = folder.resolve("haproxy.cfg");
        return ListeningProgram.start(folder.resolve("haproxy.out"), port -> {
            Files.writeString(conf, """
                global
                  maxconn 100
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 30s
                  timeout server 30s
                listen front
                  bind 127.0.0.1:PORT
                  server gate 127.0.0.1:GATE OPTIONS
                """.replace("PORT", String.valueOf(port))
                    .replace("GATE", String.valueOf(gate.getPort()))
                    .replace("OPTIONS", options));
            return List.of(haproxy.toString(), "-db", "-f", conf.toString());
        });
    }
}

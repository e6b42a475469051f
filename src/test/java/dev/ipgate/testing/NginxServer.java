package dev.ipgate.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real nginx, with the gate's answers to be compared with its. */
public final class NginxServer {

    private NginxServer() {}

    /**
     * Starts nginx in the foreground, with everything that it writes in the folder.
     *
     * @param server what stands in its {@code server} block, without {@code listen}
     */
    public static ListeningProgram start(Path folder, String server) throws IOException {
        Path nginx = Programs.require("nginx");
        StringBuilder paths = new StringBuilder();
        for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            paths.append(kind + "_temp_path " + folder.resolve(kind) + ";\n");
        }
        String user = "root".equals(System.getProperty("user.name")) ? "user root;\n" : "";
        Path conf = folder.resolve("nginx.conf");
        Path said = folder.resolve("nginx.out");
        return ListeningProgram.start(said, port -> {
            Files.writeString(
                    conf,
                    user + "daemon off;\nmaster_process off;\nworker_processes 1;\npid " + folder.resolve("nginx.pid")
                            + ";\nerror_log " + folder.resolve("nginx.log") + ";\nevents {}\nhttp {\naccess_log off;\n"
                            + paths + "server {\nlisten 127.0.0.1:" + port + ";\n" + server + "}\n}\n");
            return List.of(nginx.toString(), "-p", folder.toString(), "-e", said.toString(), "-c", conf.toString());
        });
    }
}

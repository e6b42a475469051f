package dev.ipgate.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real nginx, with the gate's answers to be compared with its. */
public final class NginxServer {

    /** What stands in the {@code http} block of an nginx that listens at a port. */
    @FunctionalInterface
    public interface Http {
        String at(int port) throws IOException;
    }

    private static final String PID = "nginx.pid"; // written once it has all its addresses, of which it awaits some

    private NginxServer() {}

    /**
     * Starts nginx in the foreground, with everything that it writes in the folder.
     *
     * @param server what stands in its {@code server} block, without {@code listen}
     */
    public static ListeningProgram start(Path folder, String server) throws IOException {
        return start(folder, port -> "access_log off;\nserver {\nlisten 127.0.0.1:" + port + ";\n" + server + "}\n");
    }

    /** The same with the whole {@code http} block. */
    public static ListeningProgram start(Path folder, Http http) throws IOException {
        Path nginx = Programs.require("nginx");
        Path conf = folder.resolve("nginx.conf");
        Path said = folder.resolve("nginx.out");
        Path pid = folder.resolve(PID);
        return ListeningProgram.start(
                said,
                port -> {
                    Files.deleteIfExists(pid);
                    Files.writeString(conf, conf(folder, http.at(port)));
                    return List.of(
                            nginx.toString(), "-p", folder.toString(), "-e", said.toString(), "-c", conf.toString());
                },
                () -> Files.exists(pid));
    }

    /** A whole conf file around an {@code http} block, for an nginx that writes in the folder alone. */
    public static String conf(Path folder, String http) {
        StringBuilder paths = new StringBuilder();
        for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            paths.append(kind + "_temp_path " + folder.resolve(kind) + ";\n");
        }
        String user = "root".equals(System.getProperty("user.name")) ? "user root;\n" : "";
        return user + "daemon off;\nmaster_process off;\nworker_processes 1;\npid " + folder.resolve(PID)
                + ";\nerror_log " + folder.resolve("nginx.log") + ";\nevents {}\nhttp {\n" + paths + http + "}\n";
    }
}

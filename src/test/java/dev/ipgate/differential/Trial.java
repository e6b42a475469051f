package dev.ipgate.differential;

import dev.ipgate.nginx.NginxConf;
import dev.ipgate.nginx.NginxImport;
import dev.ipgate.server.CannotListenException;
import dev.ipgate.server.Gate;
import dev.ipgate.testing.ListeningProgram;
import dev.ipgate.testing.NginxServer;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.Ports;
import dev.ipgate.testing.Programs;
import dev.ipgate.testing.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * Asks nginx with a conf, and the gate with what is imported from it. The conf is what stands in an {@code http} block; in
 * it {@code @PORT@} and {@code @PORT2@} are free ports, {@code @APP@} to {@code @APP3@} the apps' addresses, {@code @DIR@}
 * the folder in which it lies, beside copies of the files in {@code src/test/resources/nginx/files} and a certificate.
 */
final class Trial implements AutoCloseable {

    static final Path RESOURCES = Path.of("src/test/resources/nginx");

    private static final int ATTEMPTS = 5; // another program may take a port that was free

    private final Path folder;
    private final Path files;
    private final SSLContext trust;
    private final EchoApps apps = new EchoApps();

    private Trial(Path folder, Path files, SSLContext trust) throws IOException {
        this.folder = folder;
        this.files = files;
        this.trust = trust;
    }

    /** @param folder for everything that is written */
    static Trial in(Path folder) throws IOException {
        Programs.require("nginx");
        Path files = Files.createDirectory(folder.resolve("files"));
        copy(RESOURCES.resolve("files"), files);
        new OpenSsl(files).ec("server", "DNS:localhost,DNS:a.example");
        try {
            return new Trial(folder, files, Trust.in(files.resolve("server.pem")));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** What nginx answers, in the order of the questions. */
    List<Outcome> nginx(String conf, List<Question> questions) throws IOException {
        Path here = Files.createTempDirectory(folder, "nginx");
        copy(files, here);
        List<Integer> ports = new ArrayList<>();
        ListeningProgram nginx = NginxServer.start(here, port -> {
            ports.clear();
            ports.addAll(ports(conf, port));
            Files.writeString(here.resolve("site.conf"), rendered(conf, here, ports));
            return "access_log off;\nadd_header " + Outcome.CLIENT + " $remote_addr always;\ninclude site.conf;\n";
        });
        try {
            return ask(questions, ports);
        } finally {
            nginx.close();
        }
    }

    /** What the gate answers with what is imported from the conf. */
    List<Outcome> gate(String conf, List<Question> questions) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Path here = Files.createTempDirectory(folder, "gate");
            copy(files, here);
            List<Integer> ports = ports(conf, Ports.free());
            Files.writeString(here.resolve("site.conf"), rendered(conf, here, ports));
            Path nginxConf = Files.writeString(
                    here.resolve("nginx.conf"), NginxServer.conf(here, "access_log off;\ninclude site.conf;\n"));
            String yaml = NginxImport.of(NginxConf.read(nginxConf)).yaml();
            Gate gate;
            try {
                gate = Gate.start(Files.writeString(here.resolve("ipgate.yaml"), yaml + "access_log: off\n"));
            } catch (CannotListenException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                continue;
            }
            try {
                return ask(questions, ports);
            } finally {
                gate.close(Duration.ZERO);
            }
        }
    }

    private List<Outcome> ask(List<Question> questions, List<Integer> ports) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        for (Question question : questions) {
            outcomes.add(question.ask(ports, trust));
        }
        return outcomes;
    }

    private static List<Integer> ports(String conf, int first) throws IOException {
        List<Integer> ports = new ArrayList<>(List.of(first));
        while (conf.contains(placeholder(ports.size() + 1))) {
            ports.add(Ports.free());
        }
        return ports;
    }

    private static String placeholder(int port) {
        return port == 1 ? "@PORT@" : "@PORT" + port + "@";
    }

    private String rendered(String conf, Path here, List<Integer> ports) {
        String text = apps.fillIn(conf).replace("@DIR@", here.toString());
        for (int i = 1; i <= ports.size(); i++) {
            text = text.replace(placeholder(i), Integer.toString(ports.get(i - 1)));
        }
        return text;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    @Override
    public void close() {
        apps.close();
    }
}

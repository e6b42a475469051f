package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.ListeningProgram;
import dev.ipgate.testing.NginxServer;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the page on the conf file says of {@code limit_except}, asked of a real nginx; it has to be installed. */
class NginxLimitExceptTest {

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # nginx                                                                      | the rules
            limit_except GET { deny all; }                                               | {allow: all, methods: GET}, {deny: all}
            allow 127.0.0.1; deny all; limit_except GET { deny all; }                    | {allow: 127.0.0.1, methods: GET}, {deny: all, methods: GET}, {deny: all}
            allow 127.0.0.1; deny all; limit_except GET { allow 127.0.0.2; deny all; }   | {allow: 127.0.0.1, methods: GET}, {deny: all, methods: GET}, {allow: 127.0.0.2}
            deny 127.0.0.1; limit_except GET POST { allow 127.0.0.1; deny all; }         | {deny: 127.0.0.1, methods: [GET, POST]}, {allow: all, methods: [GET, POST]}, {allow: 127.0.0.1}
            allow 127.0.0.1; deny all; limit_except HEAD { deny 127.0.0.3; }             | {allow: 127.0.0.1, methods: HEAD}, {deny: all, methods: HEAD}, {deny: 127.0.0.3}, {allow: all}
            """)
    void rulesWithMethodsSayTheSame(String nginxConf, String rules) throws IOException {
        Path nginxFolder = Files.createDirectory(folder.resolve("nginx"));
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    while (true) {
                        String line = conversation.next().line();
                        conversation.say(
                                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + (line.startsWith("HEAD") ? "" : "a"));
                    }
                });
                ListeningProgram nginx = NginxServer.start(
                        nginxFolder, "location / { proxy_pass " + app.url() + "; " + nginxConf + " }\n");
                TestGate gate = TestGate.start(folder, "upstream: " + app.url() + "\nrules: [" + rules + "]\n")) {
            for (String client : List.of("127.0.0.1", "127.0.0.2", "127.0.0.3")) {
                for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "PURGE")) {
                    try (RawClient theirs = RawClient.connect(client, nginx.address());
                            RawClient ours = gate.connectFrom(client)) {
                        assertThat(ours.request(method, "/").status())
                                .as("%s from %s", method, client)
                                .isEqualTo(theirs.request(method, "/").status());
                    }
                }
            }
        }
    }
}

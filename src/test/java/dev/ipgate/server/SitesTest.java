package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Several apps behind one gate. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
class SitesTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp main = ScriptedApp.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmain");

    @AutoClose
    private final ScriptedApp jupyter = ScriptedApp.answering("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\njupyter");

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            main.example.com,           main
            MAIN.example.com.:8080,     main
            jupyter.example.com,        jupyter
            Jupyter.Example.com:1,      jupyter
            a.notebooks.example.com,    jupyter
            a.b.notebooks.example.com,  jupyter
            notebooks.example.com,      main
            unknown.example,            main
            127.0.0.1,                  main
            """)
    void theHostChoosesTheSite(String host, String answer) throws IOException {
        try (TestGate gate = TestGate.start(
                transport, folder, """
                upstream: MAIN
                hosts: [main.example.com]
                rules: [{allow: 127.0.0.1}]
                sites:
                  - hosts: [jupyter.example.com, "*.notebooks.example.com"]
                    upstream: JUPYTER
                    rules: [{allow: 127.0.0.1}, {deny: all}]
                """.replace("MAIN", main.url()).replace("JUPYTER", jupyter.url()))) {
            assertThat(gate.getFrom("127.0.0.1", "/", "Host: " + host).body()).isEqualTo(answer);
        }
    }

    @Test
    void eachSiteHasItsOwnRules() throws IOException {
        try (TestGate gate = TestGate.start(
                        transport, folder, """
                upstream: MAIN
                rules: [{allow: 127.0.0.1}]
                sites:
                  - hosts: [jupyter.example.com]
                    upstream: JUPYTER
                    rules: [{allow: 127.0.0.2}]
                """.replace("MAIN", main.url()).replace("JUPYTER", jupyter.url()));
                RawClient one = gate.connectFrom("127.0.0.1");
                RawClient two = gate.connectFrom("127.0.0.2")) {
            assertThat(one.get("/").status()).isEqualTo(200);
            assertThat(one.get("/", "Host: jupyter.example.com").status()).isEqualTo(403);
            assertThat(two.get("/").status()).isEqualTo(403);
            assertThat(two.get("/", "Host: jupyter.example.com").status()).isEqualTo(200);
        }
    }

    @Test
    void aHostOfNobodyIsRefusedWhereThereIsNoDefaultSite() throws IOException {
        try (TestGate gate = TestGate.start(transport, folder, """
                sites:
                  - hosts: [jupyter.example.com]
                    upstream: JUPYTER
                    rules: [{allow: 127.0.0.1}]
                """.replace("JUPYTER", jupyter.url()));
                RawClient old = gate.connectHttp1From("127.0.0.1")) {
            RawResponse refused = gate.getFrom("127.0.0.1", "/", "Host: other.example");
            assertThat(refused.status()).isEqualTo(421);
            assertThat(refused.body()).contains("other.example");
            assertThat(old.send("GET / HTTP/1.0\r\n\r\n").read().status()).isEqualTo(421);
            assertThat(jupyter.requests()).isEmpty();

            assertThat(gate.getFrom("127.0.0.1", "/", "Host: jupyter.example.com")
                            .status())
                    .isEqualTo(200);
        }
    }
}

package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A reload that cannot succeed says where and why, and changes nothing. */
@Timeout(60)
class ReloadFailureTest {

    @TempDir
    private Path folder;

    @AutoClose
    private final SocketApp app = SocketApp.saying("A");

    private String conf(String rest) {
        return "upstream: " + app.url() + "\n" + rest + "\n";
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # what the conf file says after its line 2                             | where and what
            rules: [{deny: all}                                                    | ipgate.yaml:3:8:
            rules: [{deny: 10.0.0.1/8}]                                            | ipgate.yaml:3:16: rules[0].deny: "10.0.0.1/8" has host bits set
            rules: [{deny: all}, {permit: all}]\\nmodus: x                         | ipgate.yaml:4:1: unknown key "modus"
            groups: {a: {file: bad.txt}}\\nrules: [{allow: a}]                     | bad.txt:2:1: "300.1.1.1"
            groups: {a: {file: gone.txt}}\\nrules: [{allow: a}]                    | ipgate.yaml:3:13: groups.a: there is no file
            rules: [{deny: all}]\\naccess_log: {to: no/such/folder.log}            | no/such/folder.log": its folder is not there
            rules: [{deny: all}]\\naccess_log: {to: folder.log}                    | folder.log": Is a directory
            rules: [{deny: all}]\\ncontrol: no/such/folder                         | no/such", is not there
            """)
    void theRulesFromBeforeGoOn(String bad, String expected) throws IOException {
        Files.writeString(folder.resolve("bad.txt"), "127.0.0.2\n300.1.1.1\n");
        Files.createDirectory(folder.resolve("folder.log"));
        try (TestGate gate = TestGate.start(folder, conf("rules: [{allow: 127.0.0.2}]"));
                RawClient client = gate.connectFrom("127.0.0.2")) {
            InetSocketAddress address = gate.address();
            assertThat(client.get("/").body()).isEqualTo("A");

            assertThatThrownBy(() -> gate.reload(conf(bad.replace("\\n", "\n"))))
                    .hasMessageContaining(expected);
            assertThatCode(gate.gate()::reloadAndLog).doesNotThrowAnyException(); // what SIGHUP does

            assertThat(client.get("/").body()).isEqualTo("A");
            assertThat(gate.address()).isEqualTo(address);
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(403);
            assertThat(gate.reload(conf("rules: [{allow: 127.0.0.3}]"))).isEqualTo("+1 rule, -1 rule");
            assertThat(client.get("/").status()).isEqualTo(403);
        }
    }

    @Test
    void everyProblemIsListed() throws IOException {
        Files.writeString(folder.resolve("bad.txt"), "127.0.0.2\n300.1.1.1\nhost.example.com\n");
        try (TestGate gate = TestGate.start(folder, conf("rules: [{allow: 127.0.0.2}]"))) {
            assertThatThrownBy(() -> gate.reload(conf("""
                            groups: {a: {file: bad.txt}}
                            rules: [{allow: a}, {allow: b}, {deny: 1.2.3}]""")))
                    .isInstanceOfSatisfying(
                            ConfigException.class,
                            e -> assertThat(e.problems())
                                    .extracting(
                                            problem -> problem.at().toString().replaceAll(".*/", ""))
                                    .contains("ipgate.yaml:4:29", "ipgate.yaml:4:40"));
        }
    }

    @Test
    void aGateThatIsClosedIsNotReloaded() throws IOException {
        TestGate gate = TestGate.start(folder, conf("rules: [{allow: 127.0.0.2}]"));
        gate.close();

        assertThatThrownBy(() -> gate.reload(conf("rules: [{allow: 127.0.0.3}]")))
                .isInstanceOf(IOException.class)
                .hasMessage("the gate has stopped");
        assertThatCode(gate.gate()::reloadAndLog).doesNotThrowAnyException();
    }
}

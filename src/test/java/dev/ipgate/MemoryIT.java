package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.GateProcess;
import dev.ipgate.testing.GateProcess.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The flags that the service is started with, and a heap that they, or whoever changed them, made too small. */
class MemoryIT {

    private static final Path FLAGS = Path.of("systemd/ipgate.jvm").toAbsolutePath();
    private static final Path UNIT = Path.of("systemd/ipgate.service");
    private static final Path PROGRAM = Path.of("src/deb/ipgate");
    private static final Pattern MALLOC = Pattern.compile("(MALLOC_\\w+)=(\\d+)");

    private static final String CONF = """
            listen: "127.0.0.1:0"
            upstream: APP
            groups: {listed: {file: list.txt}}
            rules: [{allow: listed}, {deny: all}]
            """;

    @TempDir
    private Path folder;

    static Stream<Path> javas() throws IOException {
        return ServeIT.javas();
    }

    @ParameterizedTest
    @MethodSource("javas")
    void everyJavaTakesTheFlagsOfTheServiceWithoutAWord(Path java) throws Exception {
        Files.writeString(folder.resolve("list.txt"), "127.0.0.1\n");
        try (App app = App.start();
                GateProcess gate = asTheService().with(java).serve(folder, conf(app))) {
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
            assertThat(gate.err().lines())
                    .as(gate.err())
                    .singleElement()
                    .asString()
                    .startsWith("ipgate listens");
            assertThat(gate.out()).doesNotContain("VM warning");
        }
    }

    @Test
    void aReloadThatDoesNotFitIsRefusedAndTheRulesFromBeforeGoOn() throws Exception {
        Path list = Files.writeString(folder.resolve("list.txt"), "127.0.0.1\n");
        try (App app = App.start();
                GateProcess gate = asTheService().with("-Xmx16m").serve(folder, conf(app))) {
            writeAMillion(list);
            gate.signal("HUP");
            gate.await("it refuses", () -> gate.err().contains("not reloaded"));
            assertThat(gate.err())
                    .contains("its lists do not fit into the heap of")
                    .contains("-Xmx");
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);

            Files.writeString(list, "127.0.0.2\n");
            gate.signal("HUP");
            gate.await("it reloads", () -> gate.err().contains("reloaded: same settings"));
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(403);
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void aListThatDoesNotFitIsAMistakeInTheConfiguration() throws Exception {
        writeAMillion(folder.resolve("list.txt"));
        Files.writeString(folder.resolve("ipgate.yaml"), CONF.replace("APP", "\"http://127.0.0.1:9\""));
        for (String command : new String[] {"serve", "check"}) {
            try (GateProcess gate = asTheService().with("-Xmx16m").start(folder, command, "-c", "ipgate.yaml")) {
                assertThat(gate.exitStatus()).isEqualTo(78);
                assertThat(gate.err()).startsWith("ipgate.yaml: its lists do not fit into the heap of");
            }
        }
    }

    /** With the flags and the environment that the unit gives it. */
    private static Launch asTheService() throws IOException {
        Launch launch = Launch.plain().with("@" + FLAGS);
        String unit = Files.readString(UNIT);
        assertThat(unit).contains("ExecStart=/usr/bin/ipgate serve");
        assertThat(Files.readString(PROGRAM)).contains("\"@$share/" + FLAGS.getFileName() + "\" ${JAVA_OPTIONS-}");
        Matcher setting = MALLOC.matcher(unit);
        while (setting.find()) {
            launch = launch.withEnvironment(setting.group(1), setting.group(2));
        }
        assertThat(launch.environment()).as("what the unit sets").isNotEmpty();
        return launch;
    }

    private static String conf(App app) {
        return CONF.replace("APP", "\"http://127.0.0.1:" + app.port() + "\"");
    }

    /** Every other address from 10.0.0.0 on, so that none can be merged: more than 16 MiB hold. */
    private static void writeAMillion(Path list) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            lines.append("10.")
                    .append(i >> 15)
                    .append('.')
                    .append(i >> 7 & 255)
                    .append('.')
                    .append(2 * i & 255)
                    .append('\n');
        }
        Files.writeString(list, lines);
    }
}

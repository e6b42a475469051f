package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.eventloop.EventLoops;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xnio.XnioIoThread;

/** What systemd is told. That systemd understands it, src/deb/test shows. */
class SystemdTest {

    private static final long PID = 42;
    private static final String CONF = """
            listen: "127.0.0.1:0"
            upstream: "APP"
            rules: [{allow: 127.0.0.1}]
            """;

    private final List<String> messages = new CopyOnWriteArrayList<>();

    @TempDir
    private Path folder;

    /** Every write is a message. */
    private final OutputStream socket = new OutputStream() {
        @Override
        public void write(int b) {
            throw new AssertionError("a message of one byte");
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            messages.add(new String(bytes, from, length, UTF_8));
        }
    };

    private Systemd under(Map<String, String> environment) {
        return new Systemd(environment, PID, socket);
    }

    private static Map<String, String> watchdog(String micros, String pid) {
        return Map.of("IPGATE_NOTIFY", "stdin", "WATCHDOG_USEC", micros, "WATCHDOG_PID", pid);
    }

    @Test
    void withoutSystemdNothingIsSaid() {
        Systemd nobody = under(Map.of("NOTIFY_SOCKET", "/run/systemd/notify", "WATCHDOG_USEC", "1000000"));
        nobody.ready("serving");
        nobody.stopping();
        assertThat(messages).isEmpty();
        assertThat(nobody.watchdog()).isNull();
    }

    @Test
    void aStatusIsOneLine() {
        under(Map.of("IPGATE_NOTIFY", "stdin")).ready("serving\nREADY=0");
        assertThat(messages).containsExactly("READY=1\nSTATUS=serving READY=0");
    }

    @Test
    void theWatchdogIsOursOnlyWhereItIsMeantForUs() {
        assertThat(under(watchdog("3000000", "42")).watchdog()).isEqualTo(Duration.ofSeconds(3));
        assertThat(under(watchdog("3000000", "43")).watchdog()).isNull();
        assertThat(under(watchdog("0", "42")).watchdog()).isNull();
        assertThat(under(watchdog("soon", "42")).watchdog()).isNull();
    }

    @Test
    void aSocketThatIsGoneHarmsNobody() {
        OutputStream gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Connection refused");
            }
        };
        new Systemd(Map.of("IPGATE_NOTIFY", "stdin"), PID, gone).ready("serving");
        assertThat(messages).isEmpty();
    }

    @Test
    void reloadsAreAnnouncedAndEndReadyWhetherTheyWorkOrNot() throws IOException {
        try (App app = App.start()) {
            Path conf = Files.writeString(folder.resolve("ipgate.yaml"), CONF.replace("APP", app.url()));
            try (Gate gate = Gate.start(conf, under(Map.of("IPGATE_NOTIFY", "stdin")))) {
                assertThat(messages).isEmpty(); // to say that it is ready is left to the command

                Files.writeString(conf, CONF.replace("APP", app.url()).replace("}]", "}, {allow: 127.0.0.2}]"));
                gate.reloadAndLog();
                Files.writeString(conf, "nonsense: 1");
                gate.reloadAndLog();
            }
        }
        assertThat(messages)
                .satisfiesExactly(
                        message -> assertThat(message).matches("RELOADING=1\nMONOTONIC_USEC=\\d+"),
                        message -> assertThat(message).isEqualTo("READY=1\nSTATUS=reloaded: +1 rule"),
                        message -> assertThat(message).startsWith("RELOADING=1\n"),
                        message -> assertThat(message)
                                .startsWith("READY=1\nSTATUS=the last reload failed, and the rules from before"));
    }

    @Test
    void theWatchdogHearsNothingWhileALoopStandsStill() throws Exception {
        Systemd systemd = under(watchdog("100000", "42"));
        EventLoops loops = EventLoops.start("test", 2, 1);
        CountDownLatch goOn = new CountDownLatch(1);
        try {
            CountDownLatch stands = new CountDownLatch(1);
            XnioIoThread loop = loops.getIoThread(1);
            loop.execute(() -> {
                stands.countDown();
                awaitQuietly(goOn);
            });
            stands.await();
            new Watchdog(systemd, loops, Duration.ofMillis(4)).look();
            assertThat(messages).isEmpty();

            goOn.countDown();
            new Watchdog(systemd, loops, Duration.ofMinutes(2)).look();
            assertThat(messages).containsExactly("WATCHDOG=1");
        } finally {
            goOn.countDown();
            loops.shutdown();
            loops.awaitTermination();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theWatchdogHearsOfAGateThatLives() throws IOException {
        Path conf = Files.writeString(folder.resolve("ipgate.yaml"), CONF.replace("APP", "http://127.0.0.1:9"));
        try (Gate gate = Gate.start(conf, under(watchdog("100000", "42")))) {
            Eventually.holds("it is told twice", () -> messages.size() >= 2);
            assertThat(gate.addresses()).hasSize(1);
        }
        assertThat(messages).containsOnly("WATCHDOG=1");
    }
}

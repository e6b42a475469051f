package dev.ipgate.server;

import static dev.ipgate.testing.StreamingApp.assertEchoes;
import static dev.ipgate.testing.StreamingApp.assertTicks;
import static dev.ipgate.testing.StreamingApp.events;
import static dev.ipgate.testing.StreamingApp.tunnel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.testing.Basic;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.StreamingApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The users file replaced, deleted and broken while the gate runs, and what a reload keeps. */
@Timeout(90)
class UsersFileChangesTest {

    private static final String ANA = Basic.line("ana", "secret");
    private static final String WRONG = Basic.line("ana", "wrong");
    private static final long ONE_LOOK = 3_000_000_000L; // and more
    private static final String BEA = Basic.line("bea", "secret");
    private static final String BOTH = "ana:{PLAIN}secret\nbea:{PLAIN}secret\n";

    @TempDir
    private Path folder;

    @AutoClose
    private final SocketApp app = StreamingApp.start(SocketApp.says("A"));

    @BeforeEach
    void writeUsers() throws IOException {
        write(BOTH);
    }

    private void write(String users) throws IOException {
        Files.writeString(folder.resolve("htpasswd"), users);
    }

    private String conf(String more) {
        return "upstream: \"" + app.url() + "\"\nauth: {users_file: htpasswd}\n" + more;
    }

    private TestGate gate() throws IOException {
        return TestGate.start(folder, conf(""));
    }

    private static int status(TestGate gate, String authorization) throws IOException {
        return gate.getFrom("127.0.0.1", "/", authorization).status();
    }

    @Test
    void aChangeOnDiskIsSeenWithoutAReload() throws IOException {
        try (TestGate gate = gate()) {
            assertThat(status(gate, ANA)).isEqualTo(200);
            assertThat(status(gate, Basic.line("cem", "secret"))).isEqualTo(401);

            write("bea:{PLAIN}secret\ncem:{PLAIN}secret\n"); // into the file, as htpasswd does
            Eventually.holds("ana is out", () -> status(gate, ANA) == 401);
            assertThat(status(gate, Basic.line("cem", "secret"))).isEqualTo(200);

            Path next = Files.writeString(folder.resolve("next"), "ana:{PLAIN}secret\nbea:{PLAIN}secret\n");
            Files.move(next, folder.resolve("htpasswd"), StandardCopyOption.ATOMIC_MOVE); // as ipgate passwd does
            Eventually.holds("ana is back", () -> status(gate, ANA) == 200);
            assertThat(gate.gate().usersFiles().failures()).isZero();
        }
    }

    /** A file's time may be too coarse to tell two changes apart: those that are quick are read for. */
    @Test
    void aChangeThatShowsInNothingButTheContentIsSeen() throws IOException {
        Path file = folder.resolve("htpasswd");
        FileTime time = FileTime.fromMillis(System.currentTimeMillis() + 4000);
        Files.setLastModifiedTime(file, time);
        try (TestGate gate = gate()) {
            assertThat(status(gate, ANA)).isEqualTo(200);
            write(BOTH.replaceFirst("secret", "secreT"));
            Files.setLastModifiedTime(file, time);

            Eventually.holds("ana has another password", () -> status(gate, ANA) == 401);
        }
    }

    @Test
    void aFileThatIsGoneOrBrokenChangesNothingAndIsCountedOnce() throws IOException {
        try (TestGate gate = gate()) {
            UsersFiles files = gate.gate().usersFiles();
            assertThat(status(gate, ANA)).isEqualTo(200);

            Files.delete(folder.resolve("htpasswd"));
            Eventually.holds("noticed", () -> files.failures() == 1);
            assertThat(status(gate, ANA)).isEqualTo(200);
            assertThatThrownBy(() -> gate.reload(conf("")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("there is no file");
            assertThat(status(gate, BEA)).as("by the users from before").isEqualTo(200);

            write("ana:not a hash\n");
            Eventually.holds("noticed", () -> files.failures() == 2);
            assertThat(status(gate, ANA)).isEqualTo(200);

            write("");
            Eventually.holds("noticed", () -> files.failures() == 3);
            assertThat(status(gate, ANA)).isEqualTo(200);

            write("bea:{PLAIN}secret\n");
            Eventually.holds("ana is out", () -> status(gate, ANA) == 401);
            assertThat(status(gate, BEA)).isEqualTo(200);
            assertThat(files.failures()).isEqualTo(3);
        }
    }

    @Test
    void whatIsNoUsersFileIsNotReadAndChangesNothing() throws Exception {
        Path file = folder.resolve("htpasswd");
        try (TestGate gate = gate()) {
            UsersFiles files = gate.gate().usersFiles();
            int expected = 0;
            for (String what : List.of("fifo", "folder", "loop", "zeros", "large")) {
                Files.deleteIfExists(file);
                switch (what) {
                    case "fifo" ->
                        assertThat(new ProcessBuilder("mkfifo", file.toString())
                                        .start()
                                        .waitFor())
                                .isZero();
                    case "folder" -> Files.createDirectory(file);
                    case "loop" -> Files.createSymbolicLink(file, file);
                    case "zeros" -> Files.createSymbolicLink(file, Path.of("/dev/zero"));
                    default -> {
                        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
                            large.setLength(64 << 20);
                        }
                    }
                }
                int failures = ++expected;
                Eventually.holds(what + " is noticed", () -> files.failures() == failures);
                assertThatThrownBy(() -> gate.reload(conf(""))).as(what).isInstanceOf(ConfigException.class);
                assertThat(status(gate, BEA)).as(what).isEqualTo(200);
            }
            Files.delete(file);
            write("ana:{PLAIN}secret\n");
            Eventually.holds("bea is out", () -> status(gate, BEA) == 401);
        }
    }

    @Test
    void aReloadKeepsWhatIsKnownOfAFileThatIsTheSame() throws IOException {
        try (TestGate gate = gate()) {
            UsersFiles files = gate.gate().usersFiles();
            assertThat(status(gate, ANA)).isEqualTo(200);
            for (int i = 0; i < 5; i++) {
                assertThat(status(gate, Basic.line("ana", "guess" + i))).isEqualTo(401);
            }
            assertThat(files.hashes()).isEqualTo(6);

            assertThat(gate.reload(conf("rules: [{allow: 127.0.0.1}]\n"))).contains("+1 rule");
            assertThat(status(gate, ANA)).isEqualTo(200);
            assertThat(files.hashes()).as("remembered").isEqualTo(6);
            long before = System.nanoTime();
            assertThat(status(gate, Basic.line("ana", "guess5"))).isEqualTo(401);
            assertThat(System.nanoTime() - before).as("delayed").isGreaterThanOrEqualTo(1_000_000_000L);

            assertThat(files.hashes()).isEqualTo(7);

            write("bea:{PLAIN}changed\nana:{PLAIN}secret\n");
            gate.reload(conf(""));
            assertThat(status(gate, ANA)).isEqualTo(200);
            assertThat(files.hashes()).as("her line is the same").isEqualTo(7);
            write("ana:{PLAIN}changed\n");
            gate.reload(conf(""));
            assertThat(status(gate, ANA)).isEqualTo(401);
            assertThat(files.hashes()).as("hashed anew").isEqualTo(8);
        }
    }

    @Test
    void aReloadThatFailsChangesNoUsers() throws IOException {
        try (TestGate gate = gate()) {
            assertThatThrownBy(() -> gate.reload(
                            "upstream: \"" + app.url() + "\"\nauth: {users_file: other}\nrules: [{allow: nobody}]\n"))
                    .isInstanceOf(ConfigException.class);
            assertThat(status(gate, ANA)).isEqualTo(200);
        }
    }

    @Test
    void streamsOfAUserWhoIsGoneAreClosedAndNobodyElses() throws IOException {
        String any = "satisfy: any\nrules: [{allow: 127.0.0.2}]\n";
        try (TestGate gate = TestGate.start(folder, conf(any));
                RawClient anas = events(gate, "127.0.0.1", ANA);
                RawClient anasTunnel = tunnel(gate, "127.0.0.1", ANA);
                RawClient beas = events(gate, "127.0.0.1", BEA);
                RawClient beasTunnel = tunnel(gate, "127.0.0.1", BEA);
                RawClient addresss = events(gate, "127.0.0.2")) {
            write("bea:{PLAIN}secret\n");
            long lostAt = System.nanoTime();

            assertThat(anas.isClosedByServer()).isTrue();
            assertThat(anasTunnel.isClosedByServer()).isTrue();
            assertThat(System.nanoTime() - lostAt).as("nanoseconds").isLessThan(10_000_000_000L);
            goesOn(beas, beasTunnel);
            assertTicks(addresss);

            gate.reload(conf("satisfy: any\nrules: [{deny: 127.0.0.2}]\n"));
            assertThat(addresss.isClosedByServer()).as("has neither now").isTrue();
            goesOn(beas, beasTunnel);

            gate.reload(conf("satisfy: all\nrules: [{allow: 127.0.0.2}]\n"));
            assertThat(beas.isClosedByServer()).as("the address is needed now").isTrue();
        }
    }

    /** Others guess from the same address until it is held, and then the file changes. */
    @Test
    void streamsOfAUserWhoseLineIsTheSameGoOnThoughTheClientIsHeld() throws IOException {
        String conf = "upstream: \"" + app.url()
                + "\"\nauth: {users_file: htpasswd, attempts: {failures: 1, delay: 0, hold: 1h}}\n";
        try (TestGate gate = TestGate.start(folder, conf);
                RawClient anas = events(gate, "127.0.0.1", ANA);
                RawClient anasTunnel = tunnel(gate, "127.0.0.1", ANA);
                RawClient beas = events(gate, "127.0.0.1", BEA)) {
            for (int i = 0; i < 3; i++) {
                status(gate, Basic.line("ana", "guess" + i));
            }
            assertThat(status(gate, WRONG)).isEqualTo(429);
            write("ana:{PLAIN}secret\nbea:{PLAIN}other\n");

            assertThat(beas.isClosedByServer()).isTrue();
            long closedAt = System.nanoTime();
            while (System.nanoTime() - closedAt < ONE_LOOK) { // hers may be looked at as much later
                goesOn(anas, anasTunnel);
            }
            assertThat(status(gate, ANA)).isEqualTo(200);
        }
    }

    private static void goesOn(RawClient events, RawClient tunnel) throws IOException {
        assertTicks(events);
        assertEchoes(tunnel);
    }
}

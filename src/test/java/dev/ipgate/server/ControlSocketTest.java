package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.server.ControlSocket.Answer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlSocketTest {

    private static final Duration IMPATIENT = Duration.ofMillis(300);

    @TempDir
    private Path folder;

    @Test
    void onlyItsOwnerMayUseItAndNothingElseIsLeftInTheFolder() throws IOException {
        Path path = folder.resolve("control");
        try (ControlSocket socket = ControlSocket.open(path, ControlSocketTest::echo)) {
            assertThat(socket).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            assertThat(folder).isDirectoryNotContaining(other -> !other.equals(path));
            assertThat(ask(path, "hello\n")).isEqualTo("0\n<hello>");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theEndOfTheOutputEndsTheCommandToo() throws IOException {
        Path path = folder.resolve("control");
        try (ControlSocket socket = ControlSocket.open(path, ControlSocketTest::echo)) {
            assertThat(socket).isNotNull();
            assertThat(ask(path, "no line feed")).isEqualTo("0\n<no line feed>");
            assertThat(ask(path, "")).isEmpty();
            assertThat(ask(path, "still there")).isEqualTo("0\n<still there>");
        }
    }

    @Test
    void whatAKilledGateLeftIsReplaced() throws IOException {
        Path path = folder.resolve("control");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();

        try (ControlSocket socket = ControlSocket.open(path, ControlSocketTest::echo)) {
            assertThat(socket).isNotNull();
            assertThat(ask(path, "hello")).isEqualTo("0\n<hello>");
        }
    }

    @Test
    void aLiveGateIsNotReplaced() throws IOException {
        Path path = folder.resolve("control");
        try (ControlSocket socket = ControlSocket.open(path, ControlSocketTest::echo)) {
            assertThat(socket).isNotNull();
            assertThatThrownBy(() -> ControlSocket.open(path, ControlSocketTest::echo))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another ipgate answers on \"" + path + "\"");
            assertThat(ask(path, "hello")).isEqualTo("0\n<hello>");
        }
    }

    @Test
    void aSocketThatAnotherGatePutInItsPlaceIsLeftAlone() throws IOException {
        Path path = folder.resolve("control");
        ControlSocket first = ControlSocket.open(path, ControlSocketTest::echo);
        Files.delete(path);
        try (ControlSocket second = ControlSocket.open(path, ControlSocketTest::echo)) {
            assertThat(second).isNotNull();
            first.close();
            assertThat(ask(path, "hello")).isEqualTo("0\n<hello>");
        }
    }

    @Test
    void aFileThatIsNoSocketIsNotOverwritten() throws IOException {
        Path path = Files.writeString(folder.resolve("control"), "precious");

        assertThatThrownBy(() -> ControlSocket.open(path, ControlSocketTest::echo))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no socket");
        assertThat(path).hasContent("precious");
    }

    @Test
    void aFolderThatIsMissingIsNamed() {
        Path missing = folder.resolve("missing");

        assertThatThrownBy(() -> ControlSocket.open(missing.resolve("control"), ControlSocketTest::echo))
                .isInstanceOf(IOException.class)
                .hasMessage("the folder of the control socket, \"" + missing + "\", is not there");
    }

    @Test
    void aPathThatIsTooLongIsRefusedInWords() {
        Path path = Path.of("/run/" + "x".repeat(120));

        assertThatThrownBy(() -> ControlSocket.open(path, ControlSocketTest::echo))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is too long by 19 bytes");
    }

    @Test
    void theLongestPathThatIsNotRefusedWorks() throws IOException {
        int name = 106 - folder.toString().length() - 1;
        Path path = folder.resolve("x".repeat(name));
        try (ControlSocket socket = ControlSocket.open(path, ControlSocketTest::echo)) {
            assertThat(socket).isNotNull();
            assertThat(ask(path, "hello")).isEqualTo("0\n<hello>");
        }
    }

    @Test
    void aClientThatSaysNothingIsCutOff() throws IOException {
        Path path = folder.resolve("control");
        try (ControlSocket socket = ControlSocket.open(path, ControlSocketTest::echo, IMPATIENT);
                SocketChannel stuck = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(socket).isNotNull();
            assertThat(ask(path, "hello")).isEqualTo("0\n<hello>");
            assertThat(stuck.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void aClientThatDoesNotReadIsCutOff() throws IOException {
        Path path = folder.resolve("control");
        try (ControlSocket socket = ControlSocket.open(
                        path,
                        (command, caller) -> new Answer(0, command.equals("big") ? "x".repeat(10_000_000) : "small"),
                        IMPATIENT);
                SocketChannel stuck = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(socket).isNotNull();
            stuck.write(ByteBuffer.wrap("big\n".getBytes(UTF_8)));
            assertThat(ask(path, "small")).isEqualTo("0\nsmall");
        }
    }

    @Test
    void aCommandWithoutEndIsCutOff() throws IOException {
        Path path = folder.resolve("control");
        try (ControlSocket socket = ControlSocket.open(path, ControlSocketTest::echo)) {
            assertThat(socket).isNotNull();
            assertThatThrownBy(() -> ask(path, "x".repeat(2_000_000))).isInstanceOf(IOException.class);
            assertThat(ask(path, "hello")).isEqualTo("0\n<hello>");
        }
    }

    @Test
    void aCommandThatFailsIsAnswered() throws IOException {
        Path path = folder.resolve("control");
        try (ControlSocket socket = ControlSocket.open(path, (command, caller) -> {
            throw new IllegalStateException("on purpose, by ControlSocketTest");
        })) {
            assertThat(socket).isNotNull();
            assertThat(ask(path, "hello")).startsWith("1\nthe command failed: ").contains("on purpose");
        }
    }

    @Test
    void knowsWhoAsks() throws Exception {
        Path path = folder.resolve("control");
        try (ControlSocket socket = ControlSocket.open(path, (command, caller) -> new Answer(0, caller))) {
            assertThat(socket).isNotNull();
            assertThat(ask(path, "who am I")).isEqualTo("0\n" + System.getProperty("user.name"));
        }
    }

    private static Answer echo(String command, String caller) {
        return new Answer(0, "<" + command + ">");
    }

    private static String ask(Path path, String text) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
            client.shutdownOutput();
            return new String(Channels.newInputStream(client).readAllBytes(), UTF_8);
        }
    }
}

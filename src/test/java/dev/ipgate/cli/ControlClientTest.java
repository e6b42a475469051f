package dev.ipgate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.server.ControlSocket;
import dev.ipgate.server.ControlSocket.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ControlClientTest {

    @TempDir
    private Path folder;

    @Test
    void theAnswerIsAStatusAndAText() throws IOException {
        Path path = folder.resolve("control");
        try (ControlSocket socket =
                ControlSocket.open(path, (command, caller) -> new Answer(78, "» " + command + "\nñ\n"))) {
            assertThat(socket).isNotNull();
            assertThat(ControlClient.ask(path, "reload --now")).isEqualTo(new Answer(78, "» reload --now\nñ\n"));
            assertThat(ControlClient.ask(path, "again")).isEqualTo(new Answer(78, "» again\nñ\n"));
        }
    }

    @Test
    void anAnswerMayBeEmptyOrLong() throws IOException {
        Path path = folder.resolve("control");
        String megabytes = "line\n".repeat(1_000_000);
        try (ControlSocket socket =
                ControlSocket.open(path, (command, caller) -> new Answer(0, command.equals("long") ? megabytes : ""))) {
            assertThat(socket).isNotNull();
            assertThat(ControlClient.ask(path, "short")).isEqualTo(new Answer(0, ""));
            assertThat(ControlClient.ask(path, "long")).isEqualTo(new Answer(0, megabytes));
        }
    }

    @Test
    void nobodyThereIsToldFromATroubleWithSomebody() throws IOException {
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> ControlClient.ask(missing, "reload"))
                .isInstanceOf(ConnectException.class)
                .hasMessage("no ipgate answers on \"" + missing + "\": there is no such socket");

        Path stale = folder.resolve("stale");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(stale));
        }
        assertThatThrownBy(() -> ControlClient.ask(stale, "reload"))
                .isInstanceOf(ConnectException.class)
                .hasMessage("no ipgate answers on \"" + stale + "\"");
    }

    @Test
    void somethingElseThatAnswersIsNotTakenForAGate() throws Exception {
        Path path = folder.resolve("other");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));
            Thread thread = new Thread(() -> greet(other));
            thread.start();

            assertThatThrownBy(() -> ControlClient.ask(path, "reload"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is no ipgate");
            thread.join();
        }
    }

    @Test
    void aCommandIsOneLine() {
        assertThatThrownBy(() -> ControlClient.ask(folder.resolve("control"), "a\nb"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void greet(ServerSocketChannel listener) {
        try (SocketChannel client = listener.accept()) {
            client.read(ByteBuffer.allocate(100)); // unread bytes would make the close a reset
            client.write(ByteBuffer.wrap("HTTP/1.1 400 Bad Request\n".getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

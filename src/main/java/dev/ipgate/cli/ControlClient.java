package dev.ipgate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.server.ControlSocket.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Asks a running gate something over its control socket. */
public final class ControlClient {

    private ControlClient() {}

    /**
     * Sends a command and waits for its answer, however long the gate takes.
     *
     * @param command one line
     * @throws ConnectException if no gate answers there
     * @throws IOException if one does, but not to this user, or not in full; the message names the path
     */
    public static Answer ask(Path socket, String command) throws IOException {
        if (command.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a command is one line, not \"" + command + "\"");
        }
        try (SocketChannel channel = connect(socket)) {
            ByteBuffer line = ByteBuffer.wrap((command + "\n").getBytes(UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.shutdownOutput();
            try (InputStream in = Channels.newInputStream(channel)) {
                return answer(socket, new String(in.readAllBytes(), UTF_8));
            }
        }
    }

    private static SocketChannel connect(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            throw new ConnectException("no ipgate answers on \"" + socket + "\": there is no such socket");
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (ConnectException e) {
            channel.close();
            ConnectException nobody = new ConnectException("no ipgate answers on \"" + socket + "\"");
            nobody.initCause(e);
            throw nobody;
        } catch (IOException e) {
            channel.close();
            throw new IOException(
                    "cannot use \"" + socket + "\": " + e.getMessage()
                            + "; only root and the user that runs ipgate may",
                    e);
        }
    }

    private static Answer answer(Path socket, String text) throws IOException {
        int end = text.indexOf('\n');
        try {
            return new Answer(Integer.parseInt(text.substring(0, Math.max(end, 0))), text.substring(end + 1));
        } catch (NumberFormatException e) {
            throw new IOException("what answers on \"" + socket + "\" broke off, or is no ipgate", e);
        }
    }
}

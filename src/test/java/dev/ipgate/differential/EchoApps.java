package dev.ipgate.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ipgate.testing.SocketApp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Three apps that answer with their number and what they saw, so that whoever asks need not ask them. */
final class EchoApps implements AutoCloseable {

    static final String NUMBER = "X-App";
    static final String SAW = "X-Saw";

    private static final Pattern UPGRADE = Pattern.compile("(?i)\r\nupgrade: *([^\r]+)\r\n");

    private final List<SocketApp> apps = new ArrayList<>();

    /** Starts them. */
    EchoApps() throws IOException {
        for (int i = 1; i <= 3; i++) {
            String number = NUMBER + ": " + i + "\r\n";
            apps.add(SocketApp.start((head, in, out) -> {
                Matcher upgrade = UPGRADE.matcher(head);
                String saw = SAW + ": " + Base64.getEncoder().encodeToString(head.getBytes(ISO_8859_1)) + "\r\n";
                String answer = upgrade.find()
                        ? "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: " + upgrade.group(1)
                                + "\r\n" + number + saw + "\r\n"
                        : "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n" + number + saw + "\r\n"
                                + (head.startsWith("HEAD ") ? "" : "ok\n");
                out.write(answer.getBytes(ISO_8859_1));
            }));
        }
    }

    /** A conf file's text with the apps' addresses in it: {@code @APP@}, {@code @APP2@}, {@code @APP3@}. */
    String fillIn(String conf) {
        String filled = conf;
        for (int i = 0; i < apps.size(); i++) {
            String address = apps.get(i).url().substring("http://".length());
            filled = filled.replace(i == 0 ? "@APP@" : "@APP" + (i + 1) + "@", address);
        }
        return filled;
    }

    @Override
    public void close() {
        for (SocketApp app : apps) {
            try {
                app.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

package dev.ipgate.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ipgate.testing.RawResponse;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What came of a question. Ports that are listened on are written {@code PORT}, since they are each server's own.
 *
 * @param status 0 if the connection was closed without an answer
 * @param app the number of the app that was asked, 0 for none
 * @param requestLine what that app saw, without the protocol's version; empty if none was asked
 * @param headers what it saw, by names in lower case, several lines of a name joined by {@code " | "}
 * @param client whom the server took for the client, or null if that is not known
 * @param location where the client was sent, or null
 * @param challenged whether a password was asked for
 */
record Outcome(
        int status,
        int app,
        String requestLine,
        Map<String, String> headers,
        @Nullable String client,
        @Nullable String location,
        boolean challenged) {

    static final Outcome CLOSED = new Outcome(0, 0, "", Map.of(), null, null, false);

    /** In nginx's answers only: a header that the test has it add. */
    static final String CLIENT = "X-Client";

    private static final Pattern CLIENT_MEMBER = Pattern.compile("\"client\": ?\"([^\"]*)\"");

    static Outcome of(RawResponse answer, List<Integer> ports) {
        String app = answer.header(EchoApps.NUMBER);
        String saw = answer.header(EchoApps.SAW);
        String[] lines = saw == null
                ? new String[] {""}
                : withoutPorts(new String(Base64.getDecoder().decode(saw), ISO_8859_1), ports)
                        .stripTrailing()
                        .split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(": *", 2);
            headers.merge(header[0].toLowerCase(Locale.ROOT), header[1], (one, other) -> one + " | " + other);
        }
        String client = answer.header(CLIENT);
        if (client == null && app != null) {
            client = headers.get("x-real-ip");
        } else if (client == null) {
            Matcher member = CLIENT_MEMBER.matcher(answer.body());
            client = member.find() ? member.group(1) : null;
        }
        String location = answer.header("Location");
        return new Outcome(
                answer.status(),
                app == null ? 0 : Integer.parseInt(app),
                lines[0].replaceFirst(" HTTP/1\\.[01]$", ""),
                headers,
                client == null
                        ? null
                        : client.replaceFirst(
                                "^::ffff:(?=[0-9.]+$)", ""), // an IPv4 address that nginx shows as it came
                location == null ? null : withoutPorts(location, ports),
                answer.header("WWW-Authenticate") != null);
    }

    private static String withoutPorts(String text, List<Integer> ports) {
        String without = text;
        for (int port : ports) {
            without = without.replaceAll("\\b" + port + "\\b", "PORT");
        }
        return without;
    }

    boolean reachedTheApp() {
        return app != 0;
    }

    /** A fact by the name that it has in a question. */
    @Nullable
    String fact(String name) {
        return switch (name) {
            case "status" -> status == 0 ? "closed" : Integer.toString(status);
            case "app" -> Integer.toString(app);
            case "target" -> requestLine.isEmpty() ? null : requestLine.split(" ", -1)[1];
            case "client" -> client;
            case "location" -> location;
            default -> headers.get(name.toLowerCase(Locale.ROOT)); // what the app saw
        };
    }
}

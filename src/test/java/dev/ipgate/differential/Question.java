package dev.ipgate.differential;

import dev.ipgate.testing.Basic;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A request, asked of two servers, and what is known of nginx's answer beforehand. Written
 *
 * <pre>{@code
 * 127.0.0.9 GET /a host=b.example user=ana:secret = 200 client=10.0.0.1 ! difference
 *   X-Forwarded-For: 10.0.0.1
 * }</pre>
 *
 * Before the {@code =} there may also be {@code port=2} (another listener), {@code tls}, {@code body=3} (so many bytes),
 * {@code http=1.0}, {@code proxy=10.0.0.1} (in a PROXY header). {@code host=} alone means no Host at all. After it come
 * nginx's status, or {@code closed}; what it takes for the client; the app that it asks and the request line's target and
 * the Host that this app sees; and which of the known differences there is.
 *
 * @param at where it stands
 * @param options what stands before the {@code =}
 * @param headers lines as they are sent
 * @param expected what stands after it, the status as {@code status}
 * @param difference the key of a known difference, or null if the gate has to answer the same
 */
record Question(
        String at,
        String from,
        String method,
        String target,
        Map<String, String> options,
        List<String> headers,
        Map<String, String> expected,
        @Nullable String difference) {

    private static final Pattern LINE =
            Pattern.compile("(\\S+) (\\S+) +(\\S+)(| .*?) += (\\w+)(| [^!]*?)(?: *! (\\S+))?");

    static Question parse(String at, String line, List<String> headers) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(at + ": not a request: " + line);
        }
        Map<String, String> expected = options(matcher.group(6));
        expected.put("status", matcher.group(5));
        return new Question(
                at,
                matcher.group(1),
                matcher.group(2),
                matcher.group(3),
                options(matcher.group(4)),
                List.copyOf(headers),
                expected,
                matcher.group(7));
    }

    private static Map<String, String> options(String text) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : text.strip().split(" +", -1)) {
            int equals = option.indexOf('=');
            if (equals >= 0) {
                options.put(option.substring(0, equals), option.substring(equals + 1));
            } else if (!option.isEmpty()) {
                options.put(option, "");
            }
        }
        return options;
    }

    private String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    /**
     * Asks on a connection of its own.
     *
     * @param ports on which the server listens, the first being that of the question unless it says otherwise
     */
    Outcome ask(List<Integer> ports, SSLContext trust) throws IOException {
        int port = ports.get(Integer.parseInt(option("port", "1")) - 1);
        InetAddress server = InetAddress.getByName(from.indexOf(':') < 0 ? "127.0.0.1" : "::1");
        RawResponse answer;
        try (RawClient plain = RawClient.connect(from, new InetSocketAddress(server, port))) {
            if (options.containsKey("proxy")) {
                plain.send("PROXY TCP4 " + option("proxy", "") + " 127.0.0.1 40000 " + port + "\r\n");
            }
            RawClient client = options.containsKey("tls") ? plain.secure(trust) : plain;
            client.send(head(port) + "x".repeat(Integer.parseInt(option("body", "0"))));
            answer = client.readAnswerTo(method);
        } catch (EOFException | SocketException | SSLException e) {
            return Outcome.CLOSED;
        }
        return Outcome.of(answer, ports);
    }

    private String head(int port) {
        List<String> lines = new ArrayList<>();
        lines.add(method + " " + target + " HTTP/" + option("http", "1.1"));
        String host = option("host", "a.example");
        if (!host.isEmpty()) {
            lines.add("Host: " + host.replace("@PORT@", Integer.toString(port)));
        }
        lines.add("Accept: application/problem+json"); // for the client's address on the gate's pages
        if (options.containsKey("user")) {
            String[] user = option("user", "").split(":", 2);
            lines.add(Basic.line(user[0], user[1]));
        }
        if (options.containsKey("body")) {
            lines.add("Content-Length: " + option("body", "0"));
        }
        lines.addAll(headers);
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** What this says of nginx's answer and is not so. */
    List<String> unmetBy(Outcome nginx) {
        List<String> unmet = new ArrayList<>();
        expected.forEach((name, value) -> {
            String is = nginx.fact(name);
            if (!value.equals(is)) {
                unmet.add("nginx has " + name + " " + is + " and not " + value);
            }
        });
        return unmet;
    }

    /** The request in the form in which it is written, to be asked again. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(from + " " + method + " " + target);
        options.forEach((name, value) ->
                text.append(' ').append(name).append(value.isEmpty() && !name.equals("host") ? "" : "=" + value));
        headers.forEach(header -> text.append("\n  ").append(header));
        return text.toString();
    }

    /** The questions in the comments of a conf file: {@code #?} and, with a header line of the one before, {@code #>}. */
    static List<Question> in(String name, String text) {
        List<String> lines = Arrays.asList(text.split("\n", -1));
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("#? ")) {
                List<String> headers = new ArrayList<>();
                for (int j = i + 1; j < lines.size() && lines.get(j).startsWith("#>"); j++) {
                    headers.add(lines.get(j).substring(2).strip());
                }
                questions.add(
                        parse(name + ":" + (i + 1), lines.get(i).substring(3).strip(), headers));
            }
        }
        return questions;
    }
}

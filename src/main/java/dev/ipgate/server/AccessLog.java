package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.config.AccessLogSettings;
import dev.ipgate.config.AccessLogSettings.Format;
import dev.ipgate.config.AccessLogSettings.Target;
import dev.ipgate.http.ClientSide;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.Rule;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.io.IOException;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One line a request. The combined format is Apache's and nginx's, with {@code client}, {@code peer}, {@code decision},
 * {@code rule} and {@code id} behind it; the other is a JSON object a line. No line holds credentials.
 */
final class AccessLog {

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private final AccessLogSettings settings;
    private final @Nullable LineWriter lines;
    private final LogTime time = new LogTime(ZoneId.systemDefault());

    private AccessLog(AccessLogSettings settings, @Nullable LineWriter lines) {
        this.settings = settings;
        this.lines = lines;
    }

    /**
     * Opens what the settings name.
     *
     * @throws IOException if the file cannot be opened
     */
    static AccessLog open(AccessLogSettings settings) throws IOException {
        if (settings.target() == Target.OFF) {
            return new AccessLog(settings, null);
        }
        return new AccessLog(
                settings, settings.file() == null ? LineWriter.toStdout() : LineWriter.toFile(settings.file()));
    }

    AccessLogSettings settings() {
        return settings;
    }

    /** Lines that could not be written. */
    long dropped() {
        return lines == null ? 0 : lines.dropped();
    }

    void write(Transaction transaction) {
        if (lines == null) {
            return;
        }
        StringBuilder line = new StringBuilder(320);
        if (settings.format() == Format.JSON) {
            json(line, transaction);
        } else {
            combined(line, transaction);
        }
        lines.write(line);
    }

    private void combined(StringBuilder line, Transaction transaction) {
        HttpServerExchange exchange = transaction.exchange();
        HeaderMap headers = exchange.getRequestHeaders();
        Verdict verdict = transaction.verdict();
        IpAddress client = verdict == null ? null : verdict.client().address();
        user(address(line, client).append(" - "), verdict);
        line.append(' ').append(time.combined(now())).append(" \"");
        escape(line, exchange.getRequestMethod().toString()).append(' ');
        target(line, exchange).append(' ').append(exchange.getProtocol()).append("\" ");
        line.append(exchange.getStatusCode()).append(' ').append(exchange.getResponseBytesSent());
        quoted(line.append(' '), headers.getFirst(Headers.REFERER));
        quoted(line.append(' '), headers.getFirst(Headers.USER_AGENT));
        address(line.append(" client="), client);
        address(line.append(" peer="), verdict == null ? null : verdict.client().peer());
        line.append(" decision=").append(verdict == null ? "-" : verdict.word());
        Rule rule = verdict == null ? null : verdict.rule();
        line.append(" rule=").append(rule == null ? "-" : rule.origin().fileAndLine());
        line.append(" id=").append(RequestIds.text(transaction.id()));
    }

    private void json(StringBuilder line, Transaction transaction) {
        HttpServerExchange exchange = transaction.exchange();
        HeaderMap headers = exchange.getRequestHeaders();
        Verdict verdict = transaction.verdict();
        Rule rule = verdict == null ? null : verdict.rule();
        JsonWriter json = new JsonWriter(line)
                .beginObject()
                .member("time", time.iso(now()))
                .member("client", verdict == null ? null : text(verdict.client().address()))
                .member("peer", verdict == null ? null : text(verdict.client().peer()))
                .member("user", verdict == null ? null : verdict.user())
                .member("method", exchange.getRequestMethod().toString())
                .member("target", target(new StringBuilder(), exchange))
                .member("protocol", exchange.getProtocol().toString())
                .member("host", headers.getFirst(Headers.HOST))
                .member("status", exchange.getStatusCode())
                .member("bytes", exchange.getResponseBytesSent())
                .member("duration_ms", TimeUnit.NANOSECONDS.toMillis(transaction.nanos()))
                .member("referer", headers.getFirst(Headers.REFERER))
                .member("user_agent", headers.getFirst(Headers.USER_AGENT))
                .member("decision", verdict == null ? null : verdict.word())
                .member("reason", verdict == null ? null : verdict.reason())
                .member("rule", rule == null ? null : rule.origin().fileAndLine())
                .member("request_id", RequestIds.text(transaction.id()));
        if (transaction.cut() != null) {
            json.member("cut", transaction.cut());
        }
        json.endObject();
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    private static @Nullable String text(@Nullable IpAddress address) {
        return address == null ? null : address.toString();
    }

    private static StringBuilder address(StringBuilder line, @Nullable IpAddress address) {
        return address == null ? line.append('-') : address.appendTo(line);
    }

    /** Who has logged in: nobody else is known by name. A blank would end the field. */
    private static void user(StringBuilder line, @Nullable Verdict verdict) {
        if (verdict == null || verdict.user() == null) {
            line.append('-');
        } else {
            String bytes =
                    new String(verdict.user().getBytes(UTF_8), ISO_8859_1); // as everything else that clients send
            line.append(printable(bytes).replace(" ", "\\x20"));
        }
    }

    private static StringBuilder target(StringBuilder line, HttpServerExchange exchange) {
        return escape(line, ClientSide.target(exchange));
    }

    private static void quoted(StringBuilder line, @Nullable String text) {
        line.append('"');
        if (text == null) {
            line.append('-');
        } else {
            escape(line, text);
        }
        line.append('"');
    }

    /** A stranger's text made safe for one line of ours. */
    static String printable(String text) {
        return escape(new StringBuilder(text.length()), text).toString();
    }

    /** A text that is ours, quotes included, with something of a stranger's in it. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c > 0xFF) { // whatever clients send is bytes
                line.append(c);
            } else {
                escape(line, c);
            }
        }
        return line.toString();
    }

    /** As nginx's {@code escape=default}: quote, backslash and whatever is not printable ASCII become {@code \xXX}. */
    private static StringBuilder escape(StringBuilder line, String text) {
        for (int i = 0; i < text.length(); i++) {
            escape(line, text.charAt(i));
        }
        return line;
    }

    private static void escape(StringBuilder line, char c) {
        if (c >= ' ' && c < 0x7F && c != '"' && c != '\\') {
            line.append(c);
        } else {
            line.append("\\x").append(HEX[c >> 4 & 0xF]).append(HEX[c & 0xF]);
        }
    }

    /** Opens the file anew, if there is one. */
    void reopen() {
        if (lines != null) {
            lines.reopen();
        }
    }

    void close() {
        if (lines != null) {
            lines.close();
        }
    }
}

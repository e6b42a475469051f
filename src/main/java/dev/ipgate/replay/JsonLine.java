package dev.ipgate.replay;

import dev.ipgate.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** A line of ipgate's own log with {@code format: json}: an object whose members are texts and numbers (RFC 8259). */
final class JsonLine {

    private final String line;
    private int at;
    private boolean broken;
    private @Nullable String client;
    private @Nullable String method;
    private @Nullable String target;
    private @Nullable String host;
    private @Nullable String decision;
    private int status = -1;

    private JsonLine(String line) {
        this.line = line;
    }

    /** Reads a line; null if it is none of these. */
    static @Nullable LoggedRequest parse(String line) {
        return new JsonLine(line).read();
    }

    private @Nullable LoggedRequest read() {
        expect('{');
        do {
            String name = text();
            expect(':');
            member(name);
        } while (!broken && skip(','));
        expect('}');
        if (broken || at != line.length() || status < 0 || decision == null) {
            return null;
        }
        LoggedRequest.Was was = LoggedRequest.byDecision(decision);
        IpAddress address = client == null ? null : IpAddress.parse(client, 0, client.length());
        if (was == LoggedRequest.Was.UNKNOWN) {
            return LoggedRequest.NOT_BY_ADDRESS;
        }
        return address == null || method == null || target == null
                ? null
                : new LoggedRequest(address, method, target, host, status, was);
    }

    private void member(String name) {
        if (at < line.length() && line.charAt(at) == '"') {
            String value = text();
            switch (name) {
                case "client" -> client = value;
                case "method" -> method = value;
                case "target" -> target = value;
                case "host" -> host = value;
                case "decision" -> decision = value;
                default -> {}
            }
            return;
        }
        int from = at;
        while (at < line.length() && line.charAt(at) != ',' && line.charAt(at) != '}') {
            at++;
        }
        String value = line.substring(from, at);
        if (name.equals("status")) {
            broken |= !value.matches("[0-9]{3}");
            status = broken ? -1 : Integer.parseInt(value);
        }
        if (name.equals("decision") && value.equals("null")) {
            decision = "-"; // it ended before there was one
        }
        broken |= value.isEmpty() || value.startsWith("{") || value.startsWith("[");
    }

    private String text() {
        expect('"');
        int from = at;
        int end = line.indexOf('"', from);
        if (end < 0 || broken) {
            broken = true;
            return "";
        }
        String plain = line.substring(from, end);
        if (plain.indexOf('\\') >= 0) {
            return escaped();
        }
        at = end + 1;
        return plain;
    }

    private String escaped() {
        StringBuilder text = new StringBuilder();
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c == '"') {
                return text.toString();
            }
            text.append(c == '\\' ? escape() : c);
        }
        broken = true;
        return "";
    }

    private char escape() {
        char kind = at < line.length() ? line.charAt(at++) : 'u';
        return switch (kind) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> hexadecimal();
            default -> kind;
        };
    }

    private char hexadecimal() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < line.length() ? Character.digit(line.charAt(at++), 16) : -1;
            broken |= digit < 0;
            code = code << 4 | (digit & 0xF);
        }
        return (char) code;
    }

    private void expect(char c) {
        broken |= !skip(c);
    }

    private boolean skip(char c) {
        if (!broken && at < line.length() && line.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }
}

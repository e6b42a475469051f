package dev.ipgate.config;

import dev.ipgate.config.AppHeader.Part;
import dev.ipgate.config.AppHeader.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code upstream.headers}: names, and texts with variables. */
final class AppHeadersReader {

    private static final int MOST = 64;
    private static final int LONGEST = 1000; // characters, as written
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110 section 5.6.2

    private static final String HOP = "is about one connection, and the gate's own here; leave it out";
    private static final String BODY = "says where the body ends, which the gate does; leave it out";
    private static final String CLIENT =
            "is set by the gate, and cannot be set to anything else; leave it out, or see forwarded_chain";

    /** What somebody else has to say. */
    private static final Map<String, String> TAKEN = Map.ofEntries(
            Map.entry("host", "has a key of its own; write host_header: client, upstream or a name"),
            Map.entry(
                    "authorization", "has a key of its own; write authorization: keep, strip or {replace_file: FILE}"),
            Map.entry("origin", "has a key of its own; write origin: client or upstream"),
            Map.entry("content-length", BODY),
            Map.entry("transfer-encoding", BODY),
            Map.entry("trailer", BODY),
            Map.entry("te", HOP),
            Map.entry("expect", HOP),
            Map.entry("connection", HOP + "; WebSockets pass without it"),
            Map.entry("upgrade", HOP + "; WebSockets pass without it"),
            Map.entry("http2-settings", HOP),
            Map.entry("keep-alive", HOP),
            Map.entry("proxy-connection", HOP),
            Map.entry("proxy-authenticate", HOP),
            Map.entry("proxy-authorization", HOP),
            Map.entry("x-forwarded-for", CLIENT),
            Map.entry("x-forwarded-proto", CLIENT),
            Map.entry("x-forwarded-host", CLIENT),
            Map.entry("x-real-ip", CLIENT),
            Map.entry("forwarded", "is not sent, as X-Forwarded-For says it; leave it out"));

    private static final Map<String, Part> VARIABLES = Map.of(
            "host", new Part(Variable.HOST, ""),
            "remote_addr", new Part(Variable.REMOTE_ADDR, ""),
            "scheme", new Part(Variable.SCHEME, ""),
            "remote_user", new Part(Variable.REMOTE_USER, ""),
            "server_name", new Part(Variable.SERVER_NAME, ""),
            "server_port", new Part(Variable.SERVER_PORT, ""),
            "request_uri", new Part(Variable.REQUEST_URI, ""),
            "request_id", new Part(Variable.REQUEST_ID, ""));

    private static final String HEADER = "http_";
    private static final Set<String> UNBELIEVED = Set.of("x-real-ip", "forwarded");

    private AppHeadersReader() {}

    static List<AppHeader> read(@Nullable Setting setting) {
        List<AppHeader> headers = new ArrayList<>();
        Map<String, Setting> seen = new HashMap<>();
        Map<String, Setting> named = setting == null ? Map.of() : setting.named();
        if (named.size() > MOST && setting != null) {
            setting.error("has more than " + MOST + " headers");
        }
        named.forEach((name, value) -> {
            String wrong = whatIsWrong(name);
            Setting earlier = wrong == null ? seen.putIfAbsent(canonical(name), value) : null;
            if (wrong != null) {
                value.errorAtKey("\"" + name + "\" " + wrong);
            } else if (earlier != null) {
                value.errorAtKey("is the same header as " + earlier.name() + " to servers that tell no - from _");
            }
            List<Part> parts = value.as(AppHeadersReader::parts);
            if (parts != null && wrong == null) {
                headers.add(new AppHeader(name, parts));
            }
        });
        return List.copyOf(headers);
    }

    private static @Nullable String whatIsWrong(String name) {
        if (!name.matches(TOKEN)) {
            return "is no header name; write such as X-Api-Key, without a colon";
        }
        return TAKEN.get(canonical(name));
    }

    /** Servers that make variables of headers tell neither case nor these characters apart. */
    private static String canonical(String header) {
        return header.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
    }

    private static List<Part> parts(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("is longer than " + LONGEST + " characters");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("has a control character, which no header may have");
        }
        if (!text.equals(text.strip())) {
            throw new IllegalArgumentException("has blanks around it, which no header keeps; leave them out");
        }
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int dollar = text.indexOf('$', at);
            literal.append(text, at, dollar < 0 ? text.length() : dollar);
            if (dollar < 0) {
                break;
            }
            if (text.startsWith("$$", dollar)) {
                literal.append('$');
                at = dollar + 2;
                continue;
            }
            flush(literal, parts);
            at = variable(text, dollar, parts);
        }
        flush(literal, parts);
        return parts;
    }

    private static void flush(StringBuilder literal, List<Part> parts) {
        if (literal.length() > 0) {
            parts.add(new Part(Variable.TEXT, literal.toString()));
            literal.setLength(0);
        }
    }

    /** Reads {@code $name} or <code>${name}</code>; returns where it ends. */
    private static int variable(String text, int dollar, List<Part> parts) {
        boolean braces = text.startsWith("{", dollar + 1);
        int from = dollar + (braces ? 2 : 1);
        int to = from;
        while (to < text.length() && isNameChar(text.charAt(to))) {
            to++;
        }
        if (to == from || (braces && !text.startsWith("}", to))) {
            throw new IllegalArgumentException("\"" + text
                    + "\" has a $ that begins no variable; write $$ for a dollar, and such as $host or ${host}");
        }
        parts.add(variable(text.substring(from, to)));
        return braces ? to + 1 : to;
    }

    private static boolean isNameChar(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    private static Part variable(String name) {
        Part known = VARIABLES.get(name);
        if (known != null) {
            return known;
        }
        if (name.startsWith(HEADER) && name.length() > HEADER.length()) {
            String header =
                    name.substring(HEADER.length()).toLowerCase(Locale.ROOT).replace('_', '-');
            if (header.startsWith("x-forwarded-") || UNBELIEVED.contains(header)) {
                throw new IllegalArgumentException("\"$" + name
                        + "\" would pass on what clients say of themselves; the app gets X-Forwarded-For, -Proto and"
                        + " -Host from the gate, and $remote_addr is the client's address");
            }
            return new Part(Variable.HEADER, header);
        }
        String instead = switch (name) {
            case "proxy_add_x_forwarded_for" -> "; the gate sets X-Forwarded-For itself, see forwarded_chain";
            case "proxy_host", "proxy_port" -> "; for the app's own name, write host_header: upstream";
            case "remote_port" -> "; only the client's address is known for sure, not its port";
            case "connection_upgrade" -> "; WebSockets pass by themselves";
            default ->
                Spelling.hint(
                        name,
                        List.copyOf(VARIABLES.keySet()),
                        "; known here: " + VARIABLES.keySet().stream().sorted().toList() + " and http_NAME");
        };
        throw new IllegalArgumentException("unknown variable \"$" + name + "\"" + instead);
    }
}

package dev.ipgate.nginx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes of {@code proxy_set_header} what the app receives beyond what ipgate sends by itself. */
final class HeadersImport {

    /**
     * What the app receives.
     *
     * @param host {@code client}, {@code upstream} or a name
     * @param others headers and their texts, an empty one for a header that is taken away
     * @param authorization {@code keep} or {@code strip}
     */
    record Headers(String host, Map<String, String> others, String authorization) {}

    private static final Set<String> CLIENTS_HOST =
            Set.of("$host", "$http_host", "$host:$server_port", "$http_host:$server_port");
    private static final Set<String> KNOWN = Set.of(
            "host",
            "http_host",
            "remote_addr",
            "scheme",
            "remote_user",
            "server_name",
            "server_port",
            "request_uri",
            "request_id");
    private static final Set<String> BY_ITSELF = Set.of(
            "upgrade",
            "connection",
            "content-length",
            "transfer-encoding",
            "trailer",
            "te",
            "expect",
            "http2-settings",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization");
    private static final String CLAIMED = "http_(x_forwarded_.*|x_real_ip|forwarded)";
    private static final int MOST = 64;
    private static final int LONGEST = 1000; // characters
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110 section 5.6.2

    private final Findings findings;

    HeadersImport(Findings findings) {
        this.findings = findings;
    }

    /** @param password whether one is asked for, so that the app is told the user's name by that */
    Headers of(Scope scope, boolean password) {
        Constants constants = new Constants(scope);
        String host = "upstream"; // $proxy_host, nginx's default
        String authorization = "keep";
        Map<String, String> others = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        List<Directive> all = new ArrayList<>(scope.findAll("proxy_set_header"));
        for (Directive directive : all) {
            String name = directive.argument(0);
            String value = constants
                    .in(directive.argument(1))
                    .replaceAll("\\$\\{(\\w+)\\}(?!\\w)", "\\$$1")
                    .strip();
            String lower = name.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
            boolean carriesUser = password && value.equals("$remote_user") && Password.canCarryUser(name);
            if (!name.matches(TOKEN) || !seen.add(lower)) {
                findings.harmless(directive, "is no header, or one that stands twice");
            } else if (lower.equals("host")) {
                host = host(directive, value, scope);
            } else if (lower.equals("origin")) {
                findings.matters(directive, "is another Origin than the client's", "see origin: upstream");
            } else if (others.size() >= MOST) {
                findings.matters(directive, "is one header more than ipgate sets", "see whether the app needs it");
            } else if (lower.equals("authorization")) {
                authorization = authorization(directive, value);
            } else if (!BY_ITSELF.contains(lower) && !carriesUser && !isForwarding(directive, lower, value)) {
                others.put(name, text(directive, value));
            }
        }
        return new Headers(host, others, authorization);
    }

    private String host(Directive directive, String value, Scope scope) {
        if (CLIENTS_HOST.contains(value)) {
            return "client";
        }
        if (value.equals("$proxy_host") || value.equals("$proxy_host:$proxy_port")) {
            return "upstream";
        }
        String name = value.equals("$server_name") ? scope.value("server_name", "") : value;
        if (name.matches("[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?") && !name.matches("client|upstream")) {
            return name;
        }
        findings.matters(
                directive, "is a Host that ipgate cannot send; it sends the client's", "write host_header: NAME");
        return "client";
    }

    private String authorization(Directive directive, String value) {
        if (value.isEmpty()) {
            return "strip";
        }
        if (value.equals("$http_authorization")) {
            return "keep";
        }
        findings.matters(
                directive,
                "sends the app another password than the client's, which ipgate reads from a file",
                "write authorization: {replace_file: FILE} with user:password in that file");
        return "strip";
    }

    /** Whether it is one of the headers that name the client, which ipgate sends by itself and lets nobody forge. */
    private boolean isForwarding(Directive directive, String name, String value) {
        String usual = switch (name) {
            case "x-forwarded-for" -> "$proxy_add_x_forwarded_for $remote_addr";
            case "x-real-ip" -> "$remote_addr";
            case "x-forwarded-proto" -> "$scheme";
            case "x-forwarded-host" -> "$host $http_host $server_name $host:$server_port";
            case "forwarded" -> "";
            default -> null;
        };
        if (usual == null) {
            return false;
        }
        if (name.equals("x-forwarded-proto") && !value.equals("$scheme")) {
            findings.matters(
                    directive,
                    "tells the app another scheme than ipgate does, which says what the client used, or what a trusted"
                            + " proxy says of it",
                    "name the proxy that speaks https in client_address.trusted_proxies");
        } else if (!List.of(usual.split(" ")).contains(value)) {
            findings.harmless(
                    directive, "is sent by ipgate itself: what it knows of the client, which nobody can forge");
        }
        return true;
    }

    private String text(Directive directive, String value) {
        for (String variable : Constants.variables(value)) {
            if (variable.matches(CLAIMED) || (!KNOWN.contains(variable) && !variable.matches("http_[a-z0-9_]+"))) {
                findings.matters(
                        directive,
                        "needs $" + variable
                                + ", which ipgate does not know or believe; the header is taken away, so that nobody"
                                + " can forge it",
                        "see whether the app needs it");
                return "";
            }
        }
        boolean odd = value.codePoints().anyMatch(Character::isISOControl)
                || value.length() > LONGEST
                || value.matches(".*\\$(?![A-Za-z0-9_{]).*");
        if (odd) {
            findings.matters(
                    directive,
                    "is no text that ipgate sends, so the header is taken away",
                    "see whether the app needs it");
        }
        return odd ? "" : value;
    }
}

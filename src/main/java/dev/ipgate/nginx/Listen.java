package dev.ipgate.nginx;

import dev.ipgate.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code listen} of a server.
 *
 * @param host {@code 0.0.0.0} and {@code [::]} for all addresses of a family, {@code *} for both, or an address
 * @param port 1 to 65535
 * @param tls whether clients speak TLS
 * @param proxyProtocol whether a PROXY header comes first
 * @param isDefault whether the server answers for names that no other has
 * @param at the directive; the server itself where it has none
 */
record Listen(String host, int port, boolean tls, boolean proxyProtocol, boolean isDefault, Directive at) {

    static final String IPV4 = "0.0.0.0";
    static final String IPV6 = "[::]";
    static final String BOTH = "*";

    private static final Pattern FORM = Pattern.compile(
            "(?:(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.*_-]+):)?([0-9]{1,5})|(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.*_-]+)");

    /** Those of a server; what cannot be listened on is told and left out. */
    static List<Listen> of(Scope server, Findings findings) {
        List<Listen> all = new ArrayList<>();
        boolean ssl = server.isOn("ssl");
        for (Directive directive : server.here("listen")) {
            List<String> words = directive.arguments();
            if (words.contains("quic")) {
                findings.harmless(directive, "is HTTP/3, which clients do without");
                continue;
            }
            Listen listen = parse(words.get(0), ssl || words.contains("ssl"), directive);
            if (listen == null) {
                String what = words.get(0).startsWith("unix:") ? "is a Unix socket" : "is no address and port";
                findings.matters(directive, what + ", so ipgate does not listen there", "add a listen with an address");
                continue;
            }
            all.add(listen);
        }
        if (server.here("listen").isEmpty()) {
            all.add(new Listen(IPV4, 80, ssl, false, false, server.own()));
        }
        return all;
    }

    private static @Nullable Listen parse(String text, boolean tls, Directive directive) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        String host = matcher.group(3) != null ? matcher.group(3) : matcher.group(1);
        int port = matcher.group(2) == null ? 80 : Integer.parseInt(matcher.group(2));
        if (port < 1 || port > 65535) {
            return null;
        }
        List<String> words = directive.arguments();
        String address = address(host == null ? BOTH : host, words.contains("ipv6only=off"));
        boolean isDefault = words.contains("default_server") || words.contains("default");
        return address == null
                ? null
                : new Listen(address, port, tls, words.contains("proxy_protocol"), isDefault, directive);
    }

    private static @Nullable String address(String host, boolean bothFamilies) {
        if (host.equals(BOTH)) {
            return IPV4;
        }
        if (host.equals("localhost")) {
            return "127.0.0.1";
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        IpAddress address = IpAddress.parse(bare, 0, bare.length());
        if (address == null) {
            return null;
        }
        if (address.isUnspecified() && host.startsWith("[")) {
            return bothFamilies ? BOTH : IPV6;
        }
        return host.startsWith("[") ? "[" + address + "]" : address.toString();
    }

    /** What nginx tells sockets apart by. */
    String key() {
        return host + ":" + port;
    }
}

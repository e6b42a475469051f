package dev.ipgate.config;

import dev.ipgate.net.IpAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an app is: {@code http://host:port} or {@code https://host:port}, and nothing more.
 *
 * @param tls whether it is spoken to with TLS
 * @param host a name, or an address without brackets
 * @param port 1 to 65535
 */
public record AppUrl(boolean tls, String host, int port) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private static final Pattern FORM =
            Pattern.compile("(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?<authority>[^/?#]*)(?<rest>.*)");
    private static final Pattern AUTHORITY = Pattern.compile("(?<host>\\[[^\\]]*\\]|[^:\\[\\]]*)(?::(?<port>.*))?");
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})" + "(\\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*");

    /** @throws IllegalArgumentException if the text is anything else; the message says what to write */
    static AppUrl parse(String text) {
        String quoted = "\"" + text + "\"";
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    text.isEmpty() || !isAuthority(text)
                            ? quoted + " is no URL; write where the app is, such as \"http://127.0.0.1:5050\""
                            : quoted + " has no scheme; did you mean \"http://" + text + "\"?");
        }
        String authority = matcher.group("authority");
        String scheme = matcher.group("scheme").toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        if (!tls && !scheme.equals("http")) {
            throw new IllegalArgumentException(
                    quoted + " is neither an http nor an https URL; write \"http://" + authority + "\"");
        }
        if (authority.indexOf('@') >= 0) { // the message does not repeat what may be a password
            throw new IllegalArgumentException("has a user or a password in it; leave out what stands before the @");
        }
        if (!matcher.group("rest").isEmpty()) {
            throw new IllegalArgumentException(quoted + " has a path or a query, but requests are passed on with the"
                    + " path that they have; did you mean \"" + scheme + "://" + authority + "\"?");
        }
        return parseAuthority(tls, authority, quoted);
    }

    /** The app's own host and port as a Host header has them, the port left out where it is the scheme's own. */
    public String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (tls ? HTTPS : HTTP) ? name : name + ":" + port;
    }

    /** The app's own origin, as browsers write one: scheme, host and port. */
    public String origin() {
        return (tls ? "https://" : "http://") + authority();
    }

    @Override
    public int hashCode() {
        return 31 * host.hashCode() + port;
    }

    /** Whether the text is a host as a Host header has it: a name, an address, brackets around IPv6, a port or none. */
    static boolean isAuthority(String text) {
        try {
            parseAuthority(false, text, "");
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static AppUrl parseAuthority(boolean tls, String authority, String quoted) {
        Matcher matcher = AUTHORITY.matcher(authority);
        if (!matcher.matches() || (authority.contains("::") && !authority.startsWith("["))) {
            throw new IllegalArgumentException(
                    quoted + " has more colons than one; put an IPv6 address in brackets: \"http://[::1]:5050\"");
        }
        String host = matcher.group("host");
        int port = matcher.group("port") == null ? (tls ? HTTPS : HTTP) : port(matcher.group("port"), quoted);
        if (host.isEmpty()) {
            throw new IllegalArgumentException(quoted + " has no host");
        }
        if (host.startsWith("[")) {
            String address = host.substring(1, host.length() - 1);
            if (address.indexOf(':') < 0) {
                throw new IllegalArgumentException(quoted + " has brackets around what is no IPv6 address");
            }
            return new AppUrl(tls, IpAddress.parse(address).toString(), port);
        }
        if (host.matches("[0-9.]+")) {
            return new AppUrl(tls, IpAddress.parse(host).toString(), port);
        }
        if (!NAME.matcher(host).matches()) {
            throw new IllegalArgumentException(quoted + " has a host that is neither a name nor an address");
        }
        return new AppUrl(tls, host, port);
    }

    private static int port(String text, String quoted) {
        try {
            return Numbers.parse(text, 1, 65535);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(quoted + " has no port from 1 to 65535 after its colon", e);
        }
    }
}

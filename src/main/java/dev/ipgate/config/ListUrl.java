package dev.ipgate.config;

import dev.ipgate.net.IpAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Where a list is published: an https URL. Plain http is for this machine alone, where nobody is between. */
public final class ListUrl {

    private ListUrl() {}

    /** @throws IllegalArgumentException if the text is anything else; the message says what to write */
    static URI parse(String text) {
        String quoted = "\"" + text + "\"";
        URI uri = uri(text, quoted);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw new IllegalArgumentException(quoted + " is no https URL; write such as \"https://"
                    + text.replaceFirst("^[A-Za-z0-9+.-]+:/*", "") + "\"");
        }
        if (uri.getRawAuthority() != null && uri.getRawAuthority().indexOf('@') >= 0) { // may be a password
            throw new IllegalArgumentException("has a user or a password in it; leave out what stands before the @");
        }
        if (uri.getHost() == null || uri.getHost().isEmpty() || uri.getPort() == 0 || uri.getPort() > 65535) {
            throw new IllegalArgumentException(quoted + " has no host, or a port that is none");
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    quoted + " has a fragment, which no server sees; leave out the #" + uri.getRawFragment());
        }
        if (scheme.equals("http") && !isThisMachine(uri)) {
            throw new IllegalArgumentException(quoted
                    + " is http: whoever is on the way could write the list. Write https://, or have a program on this"
                    + " machine fetch it (http is for 127.0.0.1, [::1] and localhost)");
        }
        return uri;
    }

    /** The URL for a message or a log: its query may be a secret. */
    public static String withoutQuery(URI url) {
        String text = url.toString();
        int query = text.indexOf('?');
        return query < 0 ? text : text.substring(0, query) + "?…";
    }

    private static URI uri(String text, String quoted) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            if (text.indexOf('@') >= 0) {
                throw new IllegalArgumentException(
                        "is no URL: " + e.getReason() + " at character " + (e.getIndex() + 1), e);
            }
            throw new IllegalArgumentException(quoted + " is no URL: " + e.getReason(), e);
        }
    }

    private static boolean isThisMachine(URI uri) {
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        IpAddress address = IpAddress.parse(host, 0, host.length());
        return address == null ? host.equalsIgnoreCase("localhost") : address.isLoopback();
    }
}

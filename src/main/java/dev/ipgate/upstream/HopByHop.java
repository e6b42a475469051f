package dev.ipgate.upstream;

import dev.ipgate.http.ConnectionOptions;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.HashSet;
import java.util.Set;

/** The headers that speak of one connection only, and end at each hop (RFC 9110 section 7.6.1). */
final class HopByHop {

    private static final Set<HttpString> ALWAYS = Set.of(
            Headers.CONNECTION,
            new HttpString("Keep-Alive"),
            new HttpString("Proxy-Connection"),
            Headers.PROXY_AUTHENTICATE,
            Headers.PROXY_AUTHORIZATION,
            Headers.TE,
            Headers.TRAILER,
            Headers.TRANSFER_ENCODING,
            Headers.UPGRADE,
            new HttpString("HTTP2-Settings"));

    private HopByHop() {}

    /** The names that end at this hop: those of the protocol, and those that the message's Connection header lists. */
    static Set<HttpString> of(HeaderMap message) {
        HeaderValues connection = message.get(Headers.CONNECTION);
        if (connection == null || isUsual(connection)) {
            return ALWAYS;
        }
        Set<HttpString> names = new HashSet<>(ALWAYS);
        for (String line : connection) {
            for (String name : line.split(",", -1)) {
                names.add(new HttpString(name.strip()));
            }
        }
        names.remove(Headers.CONTENT_LENGTH); // else one line could take a body's framing away
        return names;
    }

    /** Whether the message's Connection header lists an option. */
    static boolean lists(HeaderMap message, String option) {
        HeaderValues connection = message.get(Headers.CONNECTION);
        return connection != null && ConnectionOptions.contain(connection, option);
    }

    /** Whether a Connection header only says what needs no stripping. */
    private static boolean isUsual(HeaderValues connection) {
        if (connection.size() != 1) {
            return false;
        }
        String value = connection.getFirst();
        return value.equalsIgnoreCase("keep-alive")
                || value.equalsIgnoreCase("close")
                || value.equalsIgnoreCase("upgrade");
    }
}

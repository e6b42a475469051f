package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.auth.Login;
import dev.ipgate.auth.PasswordCheck;
import dev.ipgate.net.IpAddress;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;

/**
 * Where a place asks for a password.
 *
 * @param check knows the users; shared by all places that name the same users file
 * @param challenge the value of {@code WWW-Authenticate}
 */
record PasswordDoor(PasswordCheck check, String challenge) {

    /** A value that nobody can log in with. */
    private static final String NO_CREDENTIALS = "";

    static PasswordDoor of(PasswordCheck check, String realm) {
        return new PasswordDoor(check, challenge(realm));
    }

    /** RFC 7617 section 2.1. The characters are bytes, as those of every header that is sent. */
    private static String challenge(String realm) {
        String quoted = realm.replace("\\", "\\\\").replace("\"", "\\\"");
        return new String(("Basic realm=\"" + quoted + "\", charset=\"UTF-8\"").getBytes(UTF_8), ISO_8859_1);
    }

    /** What is known of a request's credentials without hashing any. Never slow. */
    Login look(HttpServerExchange exchange, IpAddress client) {
        HeaderValues lines = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
        if (lines == null || lines.isEmpty()) {
            return check.look(null, client);
        }
        // of several, the app might believe another than we do
        return check.look(lines.size() == 1 ? lines.getFirst() : NO_CREDENTIALS, client);
    }
}

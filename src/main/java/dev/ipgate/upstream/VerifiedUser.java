package dev.ipgate.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.util.HttpString;

/**
 * Who has logged in at the gate, for the app.
 *
 * @param header the header that tells it
 * @param value the name in UTF-8, a character for each byte
 */
public record VerifiedUser(HttpString header, String value) {

    public static VerifiedUser of(String header, String user) {
        return new VerifiedUser(new HttpString(header), new String(user.getBytes(UTF_8), ISO_8859_1));
    }
}

package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/** Header lines with which clients log in. */
public final class Basic {

    private Basic() {}

    /** The Authorization line of a user and a password. */
    public static String line(String user, String password) {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }
}

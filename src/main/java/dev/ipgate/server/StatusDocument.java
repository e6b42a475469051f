package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page at {@code /} of the admin listener: one document, put together once, in which the browser runs this script and this
 * style and nothing else. What it shows, it asks of {@code /api/status} and {@code /api/events}.
 */
final class StatusDocument {

    private final byte[] page;
    private final String policy;

    StatusDocument() {
        String style = resource("status.css");
        String script = resource("status.js");
        page = resource("status.html")
                .replace("{{style}}", style)
                .replace("{{script}}", script)
                .getBytes(UTF_8);
        policy = "default-src 'none'; script-src " + hash(script) + "; style-src " + hash(style)
                + "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    AdminAnswer answer() {
        return new AdminAnswer(200, "text/html; charset=utf-8", policy, ByteBuffer.wrap(page));
    }

    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = StatusDocument.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

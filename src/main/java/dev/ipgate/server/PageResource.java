package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** What pages are put together from: files of the jar. */
final class PageResource {

    private PageResource() {}

    /** The text of a file that lies beside this class. */
    static String text(String name) {
        try (InputStream in = PageResource.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same of a page, with the style that all of them have. */
    static String page(String name) {
        return text(name).replace("{{style}}", text("page.css"));
    }

    /** What stands within the first element of this name, whose tag has no attributes. */
    static String within(String html, String element) {
        String begin = "<" + element + ">";
        return html.substring(html.indexOf(begin) + begin.length(), html.indexOf("</" + element + ">"));
    }

    /** How a Content-Security-Policy names a style or script in the page itself (CSP level 3, section 2.3.1). */
    static String hashSource(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * The page at {@code /} of the admin listener: one document, put together when somebody asks for it, in which the browser
 * runs this script and this style and nothing else. What it shows, it asks of {@code /api/status} and {@code /api/events}.
 */
final class StatusDocument {

    private static final class Once {
        static final StatusDocument MADE = new StatusDocument();
    }

    private final byte[] page;
    private final String policy;

    private StatusDocument() {
        String style = PageResource.text("status.css");
        String script = PageResource.text("status.js");
        page = PageResource.text("status.html")
                .replace("{{style}}", style)
                .replace("{{script}}", script)
                .getBytes(UTF_8);
        policy = "default-src 'none'; script-src " + PageResource.hashSource(script) + "; style-src "
                + PageResource.hashSource(style)
                + "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    static AdminAnswer answer() {
        StatusDocument made = Once.MADE;
        return new AdminAnswer(200, "text/html; charset=utf-8", made.policy, ByteBuffer.wrap(made.page));
    }
}

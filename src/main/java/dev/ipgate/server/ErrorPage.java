package dev.ipgate.server;

import dev.ipgate.http.HeaderLines;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.server.Preference.Format;
import dev.ipgate.server.Preference.Language;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a refused client is told: in English or Spanish, as HTML, JSON or a few lines of text, and what to do about it. It
 * shows the client's own address, never the rules. Immutable but for what it remembers; safe to share between
 * threads.
 */
final class ErrorPage {

    /*
     * A denial must cost no more than the 403 of nginx, since a flood of denials is what a gate is for. Every page is
     * put together once, when the first client wants its format and language: all of them would make up a fifth of the
     * time that a start takes. What differs from request to request is filled into the gaps by copying bytes. Most
     * clients that are refused again and again send the same Accept headers again and again, so one remembered pair
     * saves most of the parsing.
     */

    /**
     * What a page tells about one request.
     *
     * @param client the client's address, or null if it has none
     * @param requestId the number under which the log has it
     * @param time in UTC, to the second: {@code 2026-11-23T21:18:59Z}
     * @param detail what the refusal is about, see {@link Refusal}; may be text from the request, of any length
     */
    record Facts(@Nullable String client, String requestId, String time, String detail) {}

    /**
     * A page, ready to send.
     *
     * @param headers that go out with it; its length is not among them
     * @param body all of it remaining
     */
    record Page(HeaderLines headers, ByteBuffer body) {}

    /** All pages of one format and language. */
    private record Edition(HeaderLines headers, Map<Refusal, PageTemplate> pages) {}

    private static final int LONGEST_DETAIL = 200;
    private static final int LONGEST_REMEMBERED = 512;

    private final String html = PageResource.text("error.html");
    private final Map<Language, Properties> texts = new EnumMap<>(Language.class);
    private final Map<Preference, Edition> editions = new ConcurrentHashMap<>();
    private volatile Remembered remembered;

    /** Reads the texts: no file is read later on, when a client waits. */
    ErrorPage() {
        for (Language language : Language.values()) {
            texts.put(language, texts(language));
        }
        remembered = new Remembered(null, null, edition(Preference.of(null, null)));
    }

    private Edition putTogether(Preference preference) {
        Language language = preference.language();
        Properties inLanguage = Objects.requireNonNull(texts.get(language));
        Map<Refusal, PageTemplate> pages = new EnumMap<>(Refusal.class);
        for (Refusal why : Refusal.values()) {
            pages.put(
                    why,
                    switch (preference.format()) {
                        case TEXT -> textTemplate(why, inLanguage);
                        case HTML -> htmlTemplate(html, why, language, inLanguage);
                        case JSON, PROBLEM_JSON -> jsonTemplate(why, inLanguage);
                    });
        }
        return new Edition(headers(preference.format(), language, html), pages);
    }

    private static HeaderLines headers(Format format, Language language, String html) {
        Map<HttpString, String> headers = new LinkedHashMap<>();
        headers.put(
                Headers.CONTENT_TYPE,
                switch (format) {
                    case TEXT -> "text/plain; charset=utf-8";
                    case HTML -> "text/html; charset=utf-8";
                    case JSON -> "application/json";
                    case PROBLEM_JSON -> "application/problem+json";
                });
        headers.put(Headers.CONTENT_LANGUAGE, language.tag());
        headers.put(Headers.CACHE_CONTROL, "no-store");
        headers.put(Headers.VARY, "Accept, Accept-Language");
        headers.put(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff");
        if (format == Format.HTML) {
            headers.put(Headers.CONTENT_SECURITY_POLICY, contentSecurityPolicy(html));
        }
        return new HeaderLines(headers);
    }

    /**
     * The page for one request.
     *
     * @param accept the request's Accept header, or null
     * @param acceptLanguage the request's Accept-Language header, or null
     */
    Page render(Refusal why, @Nullable String accept, @Nullable String acceptLanguage, Facts facts) {
        Edition edition = edition(accept, acceptLanguage);
        PageTemplate template = Objects.requireNonNull(edition.pages.get(why));
        return new Page(edition.headers, ByteBuffer.wrap(template.fill(shortened(facts))));
    }

    private Edition edition(@Nullable String accept, @Nullable String acceptLanguage) {
        Remembered last = remembered;
        if (Objects.equals(last.accept, accept) && Objects.equals(last.acceptLanguage, acceptLanguage)) {
            return last.edition;
        }
        Edition edition = edition(Preference.of(accept, acceptLanguage));
        if (isShort(accept) && isShort(acceptLanguage)) { // a stranger chose what would stay in memory
            remembered = new Remembered(accept, acceptLanguage, edition);
        }
        return edition;
    }

    private Edition edition(Preference preference) {
        return editions.computeIfAbsent(preference, this::putTogether);
    }

    private static boolean isShort(@Nullable String header) {
        return header == null || header.length() <= LONGEST_REMEMBERED;
    }

    private static Facts shortened(Facts facts) {
        return facts.detail.length() <= LONGEST_DETAIL
                ? facts
                : new Facts(facts.client, facts.requestId, facts.time, facts.detail.substring(0, LONGEST_DETAIL) + "…");
    }

    /** For those who read it on a terminal, and for clients that log all of it at each try: short, most of all a denial. */
    private static PageTemplate textTemplate(Refusal why, Properties texts) {
        String title = why.status() + " " + text(texts, why, "title");
        String text = why == Refusal.DENIED
                ? title + ": {{client}}\n" + text(texts, why, "advice") + "\n- allow: {{allow}}\n"
                : title + "\n" + text(texts, why, "text") + "\n" + text(texts, why, "advice") + "\n"
                        + text(texts, "label.client") + ": {{client}}\n";
        return PageTemplate.text(text + text(texts, "label.request") + ": {{request}}\n", text(texts, "unknown"));
    }

    private static PageTemplate htmlTemplate(String html, Refusal why, Language language, Properties texts) {
        boolean denied = why == Refusal.DENIED;
        String explanation = "<p>" + markup(text(texts, why, "text")) + "</p>\n"
                + (denied ? "<p class=\"address{{wide}}\">{{client}}</p>\n" : "")
                + "<p>" + markup(text(texts, why, "advice")) + "</p>"
                + (denied ? "\n<pre>- allow: {{allow}}</pre>" : "");
        String address = "<div><dt>" + markup(text(texts, "label.client")) + "</dt><dd>{{client}}</dd></div>\n";
        return PageTemplate.html(
                html.replace("{{lang}}", language.tag())
                        .replace("{{status}}", Integer.toString(why.status()))
                        .replace("{{title}}", markup(text(texts, why, "title")))
                        .replace("{{explanation}}", explanation)
                        .replace("{{address}}", denied ? "" : address) // which the denial shows in full size
                        .replace("{{label.request}}", markup(text(texts, "label.request")))
                        .replace("{{label.time}}", markup(text(texts, "label.time"))),
                text(texts, "unknown"));
    }

    /** The members of RFC 9457, and some of our own. */
    private static PageTemplate jsonTemplate(Refusal why, Properties texts) {
        JsonWriter json = new JsonWriter(new StringBuilder())
                .beginObject()
                .member("status", why.status())
                .member("error", why.key())
                .member("title", text(texts, why, "title"));
        if (why == Refusal.DENIED) {
            json.member("detail", text(texts, why, "text") + " {{client}}");
            json.member("advice", text(texts, why, "advice") + " - allow: {{allow}}");
        } else {
            json.member("detail", text(texts, why, "text"));
            json.member("advice", text(texts, why, "advice"));
        }
        json.member("client", "{{client}}")
                .member("request_id", "{{request}}")
                .member("time", "{{time}}")
                .endObject();
        return PageTemplate.json(json + "\n", text(texts, "unknown"));
    }

    /** Escapes a text of ours, and shows what stands between backquotes as code. */
    private static String markup(String text) {
        StringBuilder html = new StringBuilder();
        String[] parts = HtmlText.escape(text).split("`", -1);
        for (int i = 0; i < parts.length; i++) {
            html.append(i % 2 == 0 ? parts[i] : "<code>" + parts[i] + "</code>");
        }
        return html.toString();
    }

    private static String text(Properties texts, Refusal why, String part) {
        return text(texts, why.key() + "." + part);
    }

    private static String text(Properties texts, String key) {
        String text = texts.getProperty(key);
        if (text == null) {
            throw new IllegalStateException("no text for \"" + key + "\"");
        }
        return text;
    }

    /** Nothing may be loaded or run; the style is allowed by its hash alone. */
    private static String contentSecurityPolicy(String html) {
        String style = html.substring(html.indexOf("<style>") + "<style>".length(), html.indexOf("</style>"));
        return "default-src 'none'; style-src " + PageResource.hashSource(style)
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    private static Properties texts(Language language) {
        Properties texts = new Properties();
        try (StringReader reader = new StringReader(PageResource.text("refusals_" + language.tag() + ".properties"))) {
            texts.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    /** What the last client wanted. */
    private record Remembered(
            @Nullable String accept, @Nullable String acceptLanguage, Edition edition) {}
}

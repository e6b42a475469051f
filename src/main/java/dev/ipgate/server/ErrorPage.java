package dev.ipgate.server;

import dev.ipgate.http.HeaderLines;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.server.Preference.Format;
import dev.ipgate.server.Preference.Language;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
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
     * @param signIn where the client can sign in, or null for nowhere
     */
    record Facts(
            @Nullable String client,
            String requestId,
            String time,
            String detail,
            @Nullable String signIn) {}

    /**
     * A page, ready to send.
     *
     * @param headers that go out with it; its length is not among them
     * @param body all of it remaining
     */
    record Page(HeaderLines headers, ByteBuffer body) {}

    /** All pages of one format and language. */
    private record Edition(HeaderLines headers, Map<Refusal, PageTemplate> pages, PageTemplate signIn) {

        PageTemplate page(Refusal why, Facts facts) {
            return why == Refusal.DENIED && facts.signIn != null ? signIn : Objects.requireNonNull(pages.get(why));
        }
    }

    private static final int LONGEST_DETAIL = 200;
    private static final int LONGEST_REMEMBERED = 512;

    private final String html = PageResource.page("error.html");
    private final Map<Language, PageTexts> texts = new EnumMap<>(Language.class);
    private final Map<Preference, Edition> editions = new ConcurrentHashMap<>();
    private volatile Remembered remembered;

    /** Reads the texts: no file is read later on, when a client waits. */
    ErrorPage() {
        for (Language language : Language.values()) {
            texts.put(language, new PageTexts("refusals", language));
        }
        remembered = new Remembered(null, null, edition(Preference.of(null, null)));
    }

    private Edition putTogether(Preference preference) {
        Language language = preference.language();
        PageTexts inLanguage = Objects.requireNonNull(texts.get(language));
        Map<Refusal, PageTemplate> pages = new EnumMap<>(Refusal.class);
        for (Refusal why : Refusal.values()) {
            pages.put(why, template(why, preference.format(), language, inLanguage, false));
        }
        return new Edition(
                headers(preference.format(), language, html),
                pages,
                template(Refusal.DENIED, preference.format(), language, inLanguage, true));
    }

    /** @param signIn whether it tells where to sign in */
    private PageTemplate template(Refusal why, Format format, Language language, PageTexts texts, boolean signIn) {
        return switch (format) {
            case TEXT -> textTemplate(why, texts, signIn);
            case HTML -> htmlTemplate(html, why, language, texts, signIn);
            case JSON, PROBLEM_JSON -> jsonTemplate(why, texts, signIn);
        };
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
        return new Page(
                edition.headers, ByteBuffer.wrap(edition.page(why, facts).fill(shortened(facts))));
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
                : new Facts(
                        facts.client,
                        facts.requestId,
                        facts.time,
                        facts.detail.substring(0, LONGEST_DETAIL) + "…",
                        facts.signIn);
    }

    /** For those who read it on a terminal, and for clients that log all of it at each try: short, most of all a denial. */
    private static PageTemplate textTemplate(Refusal why, PageTexts texts, boolean signIn) {
        String title = why.status() + " " + texts.plain(why, "title");
        String text = why == Refusal.DENIED
                ? title + ": {{client}}\n" + texts.plain(why, "advice") + "\n- allow: {{allow}}\n"
                : title + "\n" + texts.plain(why, "text") + "\n" + texts.plain(why, "advice") + "\n"
                        + texts.plain("label.client") + ": {{client}}\n";
        String hint = signIn ? texts.plain("label.sign-in") + ": {{sign_in}}\n" : "";
        return PageTemplate.text(
                text + hint + texts.plain("label.request") + ": {{request}}\n", texts.plain("unknown"));
    }

    private static PageTemplate htmlTemplate(
            String html, Refusal why, Language language, PageTexts texts, boolean signIn) {
        boolean denied = why == Refusal.DENIED;
        String explanation = "<p>" + texts.markup(why, "text") + "</p>\n"
                + (denied ? "<p class=\"address{{wide}}\">{{client}}</p>\n" : "")
                + "<p>" + texts.markup(why, "advice") + "</p>"
                + (denied ? "\n<pre>- allow: {{allow}}</pre>" : "")
                + (signIn ? "\n<p><a href=\"{{sign_in}}\">" + texts.markup("denied.sign-in") + "</a></p>" : "");
        String address = "<div><dt>" + texts.markup("label.client") + "</dt><dd>{{client}}</dd></div>\n";
        return PageTemplate.html(
                html.replace("{{lang}}", language.tag())
                        .replace("{{status}}", Integer.toString(why.status()))
                        .replace("{{title}}", texts.markup(why, "title"))
                        .replace("{{explanation}}", explanation)
                        .replace("{{address}}", denied ? "" : address) // which the denial shows in full size
                        .replace("{{label.request}}", texts.markup("label.request"))
                        .replace("{{label.time}}", texts.markup("label.time")),
                texts.plain("unknown"));
    }

    /** The members of RFC 9457, and some of our own. */
    private static PageTemplate jsonTemplate(Refusal why, PageTexts texts, boolean signIn) {
        JsonWriter json = new JsonWriter(new StringBuilder())
                .beginObject()
                .member("status", why.status())
                .member("error", why.key())
                .member("title", texts.plain(why, "title"));
        if (why == Refusal.DENIED) {
            json.member("detail", texts.plain(why, "text") + " {{client}}");
            json.member("advice", texts.plain(why, "advice") + " - allow: {{allow}}");
        } else {
            json.member("detail", texts.plain(why, "text"));
            json.member("advice", texts.plain(why, "advice"));
        }
        if (signIn) {
            json.member("sign_in", "{{sign_in}}");
        }
        json.member("client", "{{client}}")
                .member("request_id", "{{request}}")
                .member("time", "{{time}}")
                .endObject();
        return PageTemplate.json(json + "\n", texts.plain("unknown"));
    }

    /** Nothing may be loaded or run; the style is allowed by its hash alone. */
    private static String contentSecurityPolicy(String html) {
        return "default-src 'none'; style-src " + PageResource.hashSource(PageResource.within(html, "style"))
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /** What the last client wanted. */
    private record Remembered(
            @Nullable String accept, @Nullable String acceptLanguage, Edition edition) {}
}

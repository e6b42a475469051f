package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.config.Durations;
import dev.ipgate.config.GrantsSettings;
import dev.ipgate.grants.Grant;
import dev.ipgate.http.HeaderLines;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.net.IpAddress;
import dev.ipgate.server.Preference.Format;
import dev.ipgate.server.Preference.Language;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the sign-in page looks like, in English or Spanish. Immutable; safe to share between threads. */
final class SignInPage {

    /*
     * Its one script is allowed by its hash, and does two things: it takes the token of an invite out of the address, where
     * no server, no log and no preview of a link sees it, and it shows times as the reader has them. Without it the token
     * can be pasted. The Referrer-Policy is no stricter than this, as browsers then send "Origin: null" with the form.
     */

    private static final String TEXT = "text/plain; charset=utf-8";

    private final String html = PageResource.page("sign-in.html");
    private final String policy = "default-src 'none'; style-src "
            + PageResource.hashSource(PageResource.within(html, "style"))
            + "; script-src "
            + PageResource.hashSource(PageResource.within(html, "script"))
            + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    private final Map<Language, PageTexts> texts = new EnumMap<>(Language.class);
    private final Map<Language, PageTexts> refusals = new EnumMap<>(Language.class);

    SignInPage() {
        for (Language language : Language.values()) {
            texts.put(language, new PageTexts("sign-in", language));
            refusals.put(language, new PageTexts("refusals", language));
        }
    }

    /**
     * The page with its form.
     *
     * @param page where it is
     * @param why what went wrong with the last try, or null
     */
    ErrorPage.Page form(
            Language language,
            GrantsSettings settings,
            GrantsSettings.Page page,
            IpAddress client,
            @Nullable Refusal why) {
        PageTexts own = Objects.requireNonNull(texts.get(language));
        StringBuilder content = new StringBuilder();
        if (why != null) {
            PageTexts said = Objects.requireNonNull(refusals.get(language));
            content.append("<p class=\"problem\" role=\"alert\"><b>")
                    .append(said.markup(why, "title"))
                    .append("</b> ")
                    .append(said.markup(why, "advice"))
                    .append("</p>\n");
        }
        content.append("<p>").append(own.markup("lead")).append("</p>\n");
        address(content, Grant.text(Grant.around(client)));
        if (page.auth() != null) {
            content.append("<form id=\"account\" method=\"post\">\n<p>")
                    .append(own.markup("lasts").replace("{{lasts}}", Durations.format(settings.lasts())))
                    .append("</p>\n<label>")
                    .append(own.markup("user"))
                    .append(
                            " <input name=\"user\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\""
                                    + " maxlength=\"255\" required></label>\n<label>")
                    .append(own.markup("password"))
                    .append(" <input name=\"password\" type=\"password\" autocomplete=\"current-password\""
                            + " maxlength=\"512\" required></label>\n<button>")
                    .append(own.markup("submit"))
                    .append("</button>\n</form>\n");
        }
        content.append("<details id=\"invite\"")
                .append(page.auth() == null ? " open" : "")
                .append("><summary>")
                .append(own.markup("invite"))
                .append("</summary>\n<form method=\"post\">\n<label>")
                .append(own.markup("token"))
                .append(" <input name=\"token\" autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\""
                        + " maxlength=\"64\" required></label>\n<button>")
                .append(own.markup("redeem"))
                .append("</button>\n</form>\n</details>");
        return page(language, own.markup("title"), "", content);
    }

    /** What whoever is let in is told. */
    ErrorPage.Page done(Preference preference, Grant grant) {
        PageTexts own = Objects.requireNonNull(texts.get(preference.language()));
        String until = grant.until().toString();
        if (preference.format() == Format.HTML) {
            StringBuilder content = new StringBuilder("<p>")
                    .append(own.markup("done.text")
                            .replace("{{until}}", "<time datetime=\"" + until + "\">" + until + "</time>"))
                    .append("</p>\n");
            address(content, grant.addresses());
            content.append("<p><a class=\"button\" href=\"/\">")
                    .append(own.markup("done.go"))
                    .append("</a></p>");
            return page(preference.language(), own.markup("done.title"), " class=\"done\"", content);
        }
        if (preference.format() == Format.TEXT) {
            return page(
                    TEXT,
                    preference.language(),
                    null,
                    grant.addresses() + " " + own.plain("done.line") + " " + until + "\n");
        }
        return page(
                "application/json",
                preference.language(),
                null,
                new JsonWriter(new StringBuilder())
                                .beginObject()
                                .member("granted", grant.addresses())
                                .member("until", until)
                                .endObject()
                        + "\n");
    }

    private static void address(StringBuilder content, String address) {
        content.append("<p class=\"address\">").append(HtmlText.escape(address)).append("</p>\n");
    }

    private ErrorPage.Page page(Language language, String title, String mainClass, CharSequence content) {
        return page(
                "text/html; charset=utf-8",
                language,
                policy,
                html.replace("{{lang}}", language.tag())
                        .replace("{{title}}", title)
                        .replace("{{class}}", mainClass)
                        .replace("{{content}}", content));
    }

    private static ErrorPage.Page page(String type, Language language, @Nullable String policy, String body) {
        Map<HttpString, String> headers = new LinkedHashMap<>();
        headers.put(Headers.CONTENT_TYPE, type);
        headers.put(Headers.CONTENT_LANGUAGE, language.tag());
        headers.put(Headers.CACHE_CONTROL, "no-store");
        headers.put(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff");
        headers.put(Headers.REFERRER_POLICY, "same-origin");
        if (policy != null) {
            headers.put(Headers.CONTENT_SECURITY_POLICY, policy);
        }
        return new ErrorPage.Page(new HeaderLines(headers), ByteBuffer.wrap(body.getBytes(UTF_8)));
    }
}

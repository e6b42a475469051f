package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.server.ErrorPage.Facts;
import dev.ipgate.server.ErrorPage.Page;
import io.undertow.util.Headers;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mlflow_project.google.gson.Gson;
import org.mlflow_project.google.gson.JsonElement;
import org.mlflow_project.google.gson.JsonNull;
import org.mlflow_project.google.gson.JsonObject;

class ErrorPageTest {

    private static final ErrorPage PAGES = new ErrorPage();
    private static final String HTML = "text/html";
    private static final String JSON = "application/json";

    @Test
    void aDenialShowsTheClientItsAddressAndTheLineThatWouldLetItIn() {
        String html = html(Refusal.DENIED, facts("203.0.113.7", ""));

        assertThat(html)
                .startsWith("<!doctype html>\n<html lang=\"en\">")
                .contains("<title>403 Your address is not allowed here</title>")
                .contains("<p class=\"address\">203.0.113.7</p>")
                .contains("<pre>- allow: 203.0.113.7</pre>")
                .contains("<dd>7f3a91c2</dd>")
                .contains("<dd>2026-11-23T21:18:59Z</dd>")
                .contains("width=device-width")
                .contains("prefers-color-scheme:dark");
    }

    @Test
    void theLineForAnIpv6AddressIsInQuotesAsYamlWantsIt() {
        assertThat(html(Refusal.DENIED, facts("2001:db8:1:2:3:4:5:6677", "")))
                .contains(
                        "<p class=\"address long\">2001:db8:1:2:3:4:5:6677</p>",
                        "- allow: &quot;2001:db8:1:2:3:4:5:6677&quot;</pre>");
    }

    @Test
    void aDenialInPlainTextIsShort() {
        assertThat(text(PAGES.render(Refusal.DENIED, "*/*", null, facts("203.0.113.7", ""))))
                .isEqualTo("""
                        403 Your address is not allowed here: 203.0.113.7
                        Send this to whoever runs this site. They can let you in with this line among the rules:
                        - allow: 203.0.113.7
                        Request: 7f3a91c2
                        """);
        Facts maySignIn = new Facts("203.0.113.7", "7f3a91c2", "", "", "/.ipgate/in");
        assertThat(text(PAGES.render(Refusal.DENIED, "*/*", null, maySignIn))).endsWith("""
                        - allow: 203.0.113.7
                        Or sign in at: /.ipgate/in
                        Request: 7f3a91c2
                        """);
        assertThat(text(PAGES.render(Refusal.DENIED, "text/html", "es", maySignIn)))
                .contains("<a href=\"/.ipgate/in\">Identifíquese para entrar</a>");
        assertThat(text(PAGES.render(Refusal.DENIED, "application/json", null, maySignIn)))
                .contains("\"sign_in\":\"/.ipgate/in\"");
        Facts longest = new Facts("2001:db8:1111:2222:3333:4444:5555:6666", "7f3a91c2a1b2", "", "", null);
        for (String language : new String[] {"en", "es"}) {
            assertThat(PAGES.render(Refusal.DENIED, null, language, longest)
                            .body()
                            .remaining())
                    .isLessThan(300);
        }
    }

    @Test
    void plainTextHoldsNothingThatATerminalWouldObey() {
        Facts facts = facts("203.0.113.7", "https://a<b>\u001b[2J\u009b\u202e");

        assertThat(text(PAGES.render(Refusal.FOREIGN_ORIGIN, null, null, facts)))
                .contains("`https://a<b>\uFFFD[2J\uFFFD\uFFFD`");
    }

    @ParameterizedTest(name = "{0} says {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # refusal       | detail               | what the page says
            NO_ADDRESS      |                      | Your address could not be found out
            UNTRUSTED_PROXY |                      | a proxy on this machine forwards to us; name it in client_address.trusted_proxies
            FOREIGN_ORIGIN  | https://evil.example | <code>https://evil.example</code>
            TO_HTTPS        | gate.example.com     | It is at <code>gate.example.com</code>
            NO_CHALLENGE    |                      | <code>acme_challenges</code>
            BAD_REQUEST     | two Host headers     | more than one way: two Host headers.
            BAD_METHOD      | TRACE                | <code>TRACE</code>
            BODY_TOO_LARGE  | 2 MiB                | at most 2 MiB
            UNKNOWN_HOST    | wrong.example        | <code>wrong.example</code>
            UNKNOWN_HOST    | wrong.example        | add it to <code>hosts</code>
            OTHER_SITE      | other.example        | <code>other.example</code>
            HEAD_TOO_LARGE  | 32 KiB               | 32 KiB
            APP_UNREACHABLE | 127.0.0.1:5050       | nothing answers on 127.0.0.1:5050
            APP_UNREACHABLE | 127.0.0.1:5050       | <code>serve --demo</code>
            APP_FAILED      |                      | not HTTP
            BUSY            |                      | in a few seconds
            APP_SILENT      |                      | no answer in time
            """)
    void everyRefusalSaysWhatToDo(Refusal why, @Nullable String detail, String says) {
        assertThat(html(why, facts("203.0.113.7", detail == null ? "" : detail)))
                .contains(says);
    }

    @ParameterizedTest
    @EnumSource
    void everyPageIsCompleteInEveryLanguageAndFormat(Refusal why) throws IOException {
        Facts facts = facts("203.0.113.7", "x");
        for (String language : new String[] {"en", "es"}) {
            Page html = PAGES.render(why, HTML, language, facts);
            assertThat(html.headers().values())
                    .containsEntry(Headers.CONTENT_TYPE, "text/html; charset=utf-8")
                    .containsEntry(Headers.CONTENT_LANGUAGE, language);
            assertThat(text(html))
                    .contains("lang=\"" + language + "\"", "203.0.113.7", "7f3a91c2", Integer.toString(why.status()))
                    .doesNotContain("{{", "`", "http:", "//", "src=", "url(");

            Page plain = PAGES.render(why, null, language, facts);
            assertThat(plain.headers().values())
                    .containsEntry(Headers.CONTENT_TYPE, "text/plain; charset=utf-8")
                    .containsEntry(Headers.CONTENT_LANGUAGE, language);
            assertThat(text(plain))
                    .startsWith(why.status() + " ")
                    .contains("203.0.113.7", "7f3a91c2")
                    .endsWith("\n")
                    .doesNotContain("{{", "<");

            JsonObject json = json(PAGES.render(why, JSON, language, facts));
            assertThat(json.get("status").getAsInt()).isEqualTo(why.status());
            assertThat(json.get("error").getAsString()).isEqualTo(why.key());
            assertThat(json.get("client").getAsString()).isEqualTo("203.0.113.7");
            assertThat(json.get("request_id").getAsString()).isEqualTo("7f3a91c2");
            assertThat(json.get("time").getAsString()).isEqualTo("2026-11-23T21:18:59Z");
            assertThat(json.toString()).doesNotContain("{{");
        }
    }

    @Test
    void spanishIsWrittenInUtf8() {
        assertThat(text(PAGES.render(Refusal.DENIED, HTML, "es-MX,es;q=0.9", facts("203.0.113.7", ""))))
                .contains("<title>403 Su dirección no tiene acceso</title>");
    }

    @Test
    void textFromTheRequestIsEscaped() throws IOException {
        Facts facts = facts("203.0.113.7", "<script>\"'&\u0000\u202e{{client}}\u2028");

        assertThat(html(Refusal.UNKNOWN_HOST, facts))
                .contains("<code>&lt;script&gt;&quot;&#39;&amp;\uFFFD\uFFFD{{client}}")
                .doesNotContain("<script");
        assertThat(json(PAGES.render(Refusal.UNKNOWN_HOST, JSON, null, facts))
                        .get("detail")
                        .getAsString())
                .contains("`<script>\"'&\u0000\u202e{{client}}\u2028`");
    }

    @Test
    void aLongDetailIsCutShort() {
        String html = html(Refusal.UNKNOWN_HOST, facts("203.0.113.7", "x".repeat(100_000)));

        assertThat(html).contains("x".repeat(200) + "…</code>");
        assertThat(html.length()).isLessThan(5_000);
    }

    @Test
    void aClientWithoutAnAddressIsUnknown() throws IOException {
        Facts facts = facts(null, "");

        assertThat(html(Refusal.NO_ADDRESS, facts)).contains("<dd>unknown</dd>");
        assertThat(json(PAGES.render(Refusal.NO_ADDRESS, JSON, null, facts)).get("client"))
                .isEqualTo(JsonNull.INSTANCE);
    }

    @Test
    void problemJsonIsCalledSo() {
        assertThat(contentType("application/problem+json", "en")).isEqualTo("application/problem+json");
    }

    @Test
    void thePreferenceOfOneClientIsNotGivenToTheNext() {
        for (int round = 0; round < 2; round++) {
            assertThat(contentType(JSON, "es")).isEqualTo(JSON);
            assertThat(PAGES.render(Refusal.DENIED, JSON, "en", facts("203.0.113.7", ""))
                            .headers()
                            .values())
                    .containsEntry(Headers.CONTENT_LANGUAGE, "en");
            assertThat(contentType(HTML, "en")).startsWith("text/html");
            assertThat(contentType(null, "en")).startsWith("text/plain");
        }
    }

    @Test
    void theContentSecurityPolicyAllowsTheStyleAndNothingElse() throws NoSuchAlgorithmException {
        Page page = PAGES.render(Refusal.DENIED, HTML, null, facts("203.0.113.7", ""));
        String html = text(page);
        String style = html.substring(html.indexOf("<style>") + 7, html.indexOf("</style>"));
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(style.getBytes(UTF_8));

        assertThat(page.headers().values().get(Headers.CONTENT_SECURITY_POLICY))
                .startsWith("default-src 'none'; ")
                .contains("style-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'")
                .doesNotContain("unsafe");
        assertThat(html).doesNotContain(" style=");
    }

    @ParameterizedTest
    @ValueSource(strings = {HTML, JSON, "application/problem+json", "*/*"})
    void noPageIsStoredNorTakenForWhatItIsNot(String accept) {
        assertThat(PAGES.render(Refusal.DENIED, accept, null, facts("203.0.113.7", ""))
                        .headers()
                        .values())
                .containsEntry(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff")
                .containsEntry(Headers.CACHE_CONTROL, "no-store")
                .containsEntry(Headers.VARY, "Accept, Accept-Language");
    }

    private static Facts facts(@Nullable String client, String detail) {
        return new Facts(client, "7f3a91c2", "2026-11-23T21:18:59Z", detail, null);
    }

    private static String contentType(@Nullable String accept, String language) {
        return String.valueOf(PAGES.render(Refusal.DENIED, accept, language, facts("203.0.113.7", ""))
                .headers()
                .values()
                .get(Headers.CONTENT_TYPE));
    }

    private static String html(Refusal why, Facts facts) {
        return text(PAGES.render(why, HTML, null, facts));
    }

    private static String text(Page page) {
        return UTF_8.decode(page.body()).toString();
    }

    private static JsonObject json(Page page) throws IOException {
        return new Gson().getAdapter(JsonElement.class).fromJson(text(page)).getAsJsonObject();
    }
}

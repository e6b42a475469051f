package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.net.IpAddress;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Browser;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sign-in page in a real browser, over TLS. */
@Timeout(120)
class SignInPageTest {

    private static final int ENTER = 13;
    private static final String CONF = """
            upstream: "APP"
            rules: [{allow: granted}, {deny: all}]
            state: state
            grants: {page: /.ipgate/in, users_file: users, for: LASTS}
            """;

    @TempDir
    private static Path browserFolder;

    private static Browser browser;

    @TempDir
    private Path folder;

    private App app;
    private TestGate gate;

    @BeforeAll
    static void startBrowser() throws IOException {
        browser = Browser.start(browserFolder);
    }

    @AfterAll
    static void endBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() throws IOException {
        app = App.start();
        Files.writeString(folder.resolve("users"), "ana:{PLAIN}correct horse\n");
        gate = TestGate.start(Transport.HTTP2, folder, conf("12h"));
        browser.errors().clear();
        browser.requests().clear();
    }

    @AfterEach
    void end() {
        browser.open("about:blank", 1280, 900, false);
        gate.close();
        app.close();
    }

    private String conf(String lasts) {
        return CONF.replace("APP", app.url()).replace("LASTS", lasts);
    }

    private String url(String path) {
        return "https://localhost:" + gate.address().getPort() + path;
    }

    private static void holds(String fact, String expression) {
        Eventually.holds(
                fact,
                () -> browser.evaluate("(() => { try { return " + expression + " } catch (e) { return false } })()")
                        .equals("true"));
    }

    private static void isAt(String title) {
        holds(
                "the page \"" + title + "\" is there",
                "document.title.includes('" + title + "') && document.readyState === 'complete'");
    }

    private void open(int width, int height, boolean dark) {
        browser.open(url("/.ipgate/in"), width, height, dark);
        isAt("Sign in from here");
    }

    private static void fill(String name, String value) {
        browser.evaluate("document.querySelector('input[name=" + name + "]').value = '" + value + "'");
    }

    private static void signIn(String password) {
        fill("user", "ana");
        fill("password", password);
        browser.evaluate("document.querySelector('input[name=password]').focus()");
        browser.press("Enter", ENTER);
    }

    private static void shoot(String name, int width, boolean dark) throws IOException {
        browser.screenshot(Path.of("target", "screenshots", name + "-" + width + (dark ? "-dark" : "-light") + ".png"));
        assertThat(browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
                .isEqualTo("true");
        assertThat(browser.seriousBarriers()).isEqualTo("[]");
    }

    @ParameterizedTest(name = "{0}x{1}, dark: {2}")
    @CsvSource({"360, 740, false", "360, 740, true", "1280, 900, false"})
    void fromTheDenialThroughTheFormToTheApp(int width, int height, boolean dark) throws IOException {
        browser.open(url("/"), width, height, dark);
        isAt("403");
        shoot("denied-sign-in", width, dark);
        browser.evaluate("document.querySelector('a[href=\"/.ipgate/in\"]').click()");
        isAt("Sign in from here");
        shoot("sign-in", width, dark);

        signIn("wrong");
        holds("it says that the password is wrong", "document.querySelector('[role=alert]') !== null");
        assertThat(browser.evaluate("document.querySelector('[role=alert]').textContent"))
                .startsWith("The user name or password is wrong");
        shoot("sign-in-wrong", width, dark);

        signIn("correct horse");
        isAt("You are let in");
        shoot("sign-in-done", width, dark);
        assertThat(browser.evaluate("document.querySelector('time').textContent"))
                .doesNotContain("Z");
        browser.evaluate("document.querySelector('a.button').click()");

        holds("the app is there", "document.body.textContent.includes('hello')");
        assertThat(browser.errors()).allSatisfy(error -> assertThat(error).contains("status of 403"));
        assertThat(browser.requests()).allSatisfy(asked -> assertThat(asked).startsWith(url("/")));
    }

    @Test
    void anInviteNeedsNoPasswordAndLeavesNoTrace() throws IOException {
        String token = gate.gate().grants().invite(Duration.ofHours(1), null, "root", "Ben");
        browser.open(url("/.ipgate/in#" + token), 360, 740, false);
        isAt("Sign in from here");
        holds("the token is in the form", "document.querySelector('input[name=token]').value === '" + token + "'");
        assertThat(browser.evaluate("location.href")).isEqualTo(url("/.ipgate/in"));
        assertThat(browser.evaluate("document.getElementById('account') === null"))
                .isEqualTo("true");
        shoot("sign-in-invite", 360, false);

        browser.press("Enter", ENTER); // as the button has the focus

        isAt("You are let in");
        browser.open(url("/"), 360, 740, false);
        holds("the app is there", "document.body.textContent.includes('hello')");
        assertThat(browser.requests()).noneSatisfy(asked -> assertThat(asked).contains(token));
    }

    @Test
    void anInviteThatWasUsedIsSaidToBe() throws IOException {
        String token = gate.gate().grants().invite(Duration.ofHours(1), null, "root", "Ben");
        gate.gate().grants().redeem(token, IpAddress.parse("203.0.113.7"));
        browser.open(url("/.ipgate/in#" + token), 360, 740, false);
        holds("the token is in the form", "document.querySelector('input[name=token]').value === '" + token + "'");

        browser.press("Enter", ENTER);

        holds("it says so", "document.querySelector('[role=alert]').textContent.startsWith('This invite is not good')");
    }

    @Test
    void whoseGrantHasEndedIsAskedAgain() throws IOException {
        gate.reload(conf("2s"));
        open(1280, 900, false);
        signIn("correct horse");
        isAt("You are let in");

        Eventually.holds(
                "the grant has ended", () -> gate.gate().grants().live().isEmpty());
        Eventually.holds(
                "and is not in force", () -> gate.getFrom("127.0.0.1", "/").status() == 403);
        browser.open(url("/"), 1280, 900, false);

        isAt("403");
        holds("it can sign in again", "document.querySelector('a[href=\"/.ipgate/in\"]') !== null");
    }
}

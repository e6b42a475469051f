package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.net.CidrBlock;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Browser;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page for the operator, in a real browser. */
class StatusDocumentTest {

    private static final int TAB = 9;
    private static final int ENTER = 13;
    private static final String HOSTILE =
            "/%3Cimg%20src=x%20onerror=document.title=1%3E<img/src=x/onerror=document.title=1>";
    private static final String CONF = """
            upstream: "APP"
            rules:
              - {allow: 127.0.0.1, note: "this machine", owner: Ana}
              - {allow: 198.51.100.0/24, until: 2099-01-01, note: "the office", owner: "Ben <ben@example.com>"}
              # here
              - {deny: all}
            admin: 0
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
        gate = TestGate.start(folder, CONF.replace("APP", app.url()));
        browser.errors().clear();
        browser.requests().clear();
    }

    @AfterEach
    void end() {
        browser.open("about:blank", 1280, 900, false);
        gate.close();
        app.close();
    }

    private String url() {
        InetSocketAddress bound = Objects.requireNonNull(gate.gate().adminAddress());
        return "http://127.0.0.1:" + bound.getPort() + "/";
    }

    private void open(int width, int height, boolean dark) {
        browser.open(url(), width, height, dark);
        holds("the page is live", "document.getElementById('state').textContent === 'live'");
    }

    private static void holds(String fact, String expression) {
        Eventually.holds(
                fact,
                () -> browser.evaluate("(() => { try { return " + expression + " } catch (e) { return false } })()")
                        .equals("true"));
    }

    private void denyEverybody() throws IOException {
        for (String path : new String[] {"/", "/experiments/" + "long".repeat(50), HOSTILE}) {
            for (int i = 2; i < 5; i++) {
                try (RawClient client = gate.connectFrom("127.0.0." + i)) {
                    String host = i == 2 ? "localhost" : "<b>evil</b>.example.com"; // which is malformed
                    client.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"
                                    + "User-Agent: <img src=x onerror=alert(1)>\r\n\r\n")
                            .read();
                }
            }
        }
        gate.getFrom("127.0.0.1", "/passes");
        gate.getFrom("127.0.0.5", "/experiments");
    }

    @ParameterizedTest(name = "{0}x{1}, dark: {2}")
    @CsvSource({"360, 740, false", "360, 740, true", "1280, 900, false", "1280, 900, true"})
    void fitsAnyScreenAndIsUsableByAnybody(int width, int height, boolean dark) throws IOException {
        denyEverybody();
        open(width, height, dark);
        holds("all are there", "document.querySelectorAll('#denied-rows tr').length === 4");

        browser.screenshot(Path.of("target", "screenshots", "status-" + width + (dark ? "-dark" : "-light") + ".png"));
        assertThat(browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
                .isEqualTo("true");
        assertThat(browser.evaluate("document.getElementById('rules-rows').textContent"))
                .contains("never hit", "the office", "Ben <ben@example.com>", "days left");
        assertThat(browser.errors()).isEmpty();
        assertThat(browser.requests())
                .allSatisfy(asked -> assertThat(asked).matches("(" + url() + "|data:).*"))
                .contains(url() + "api/status", url() + "api/events");
        assertThat(browser.seriousBarriers()).isEqualTo("[]");
    }

    @Test
    void aDenialComesByItself() throws IOException {
        open(1280, 900, false);
        holds("nobody was denied", "document.getElementById('denied').classList.contains('empty')");

        long denied = System.nanoTime();
        gate.getFrom("127.0.0.9", "/secret");

        holds("it is there", "document.getElementById('denied-rows').textContent.includes('GET /secret')");
        System.out.printf(
                Locale.ROOT,
                "a denial was on the page after %.2f s; at most 2 are asked for%n",
                (System.nanoTime() - denied) / 1e9);
        assertThat(browser.evaluate("document.getElementById('news').textContent"))
                .isEqualTo("127.0.0.9 was denied");
    }

    /** Too many look already, so this page gets no stream of events. */
    @Test
    void asksNowAndThenWhereThereIsNoStream() throws IOException {
        List<RawClient> others = new ArrayList<>();
        try {
            for (int i = 0; i < StatusEvents.MOST; i++) {
                RawClient other =
                        RawClient.connect(Objects.requireNonNull(gate.gate().adminAddress()));
                others.add(other.send("GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                assertThat(other.in().read()).isEqualTo('H'); // it has its stream
            }
            browser.open(url(), 1280, 900, false);
            holds("it says so", "document.getElementById('state').textContent === 'updated every 5 s'");

            gate.getFrom("127.0.0.9", "/secret");

            holds("it is there", "document.getElementById('denied-rows').textContent.includes('GET /secret')");
        } finally {
            for (RawClient other : others) {
                other.close();
            }
        }
    }

    @Test
    void whomOnlyAReportLetsInIsShownApart() throws IOException {
        gate.reload(CONF.replace("APP", app.url())
                .replace("# here", "- {deny: 127.0.0.9, report: true}\n  - {allow: 127.0.0.9}"));
        open(1280, 900, false);
        holds("nobody is there", "document.getElementById('reported').offsetHeight === 0");

        assertThat(gate.getFrom("127.0.0.9", "/trial").status()).isEqualTo(200);

        holds("it is there", "document.getElementById('reported-rows').textContent.includes('GET /trial')");
        assertThat(browser.evaluate("document.getElementById('denied-rows').textContent"))
                .isEmpty();
    }

    @Test
    void whatStrangersWriteIsText() throws IOException {
        denyEverybody();
        open(1280, 900, false);
        holds("it is there", "document.getElementById('denied-rows').textContent.includes('<img')");

        assertThat(browser.evaluate("document.querySelectorAll('img, b').length"))
                .isEqualTo("0");
        assertThat(browser.evaluate("document.title")).isEqualTo("ipgate");
    }

    @Test
    void theCopiedLinePassesCheckAndLetsTheClientIn() throws IOException {
        gate.getFrom("127.0.0.9", "/secret");
        open(1280, 900, false);
        holds("it is there", "document.querySelector('button[data-line]') !== null");
        browser.evaluate("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve() }");

        for (int i = 0;
                i < 10
                        && !browser.evaluate("document.activeElement.matches('button')")
                                .equals("true");
                i++) {
            browser.press("Tab", TAB);
        }
        browser.press("Enter", ENTER);

        holds("it is copied", "window.copied !== undefined");
        String line = browser.evaluate("copied");
        assertThat(line).isEqualTo("- allow: 127.0.0.9");
        String conf = CONF.replace("APP", app.url()).replace("# here", line);
        gate.reload(conf);
        assertThat(Configuration.load(folder.resolve("ipgate.yaml"), Instant.now())
                        .warnings()) // all that check does
                .isEmpty();
        assertThat(gate.getFrom("127.0.0.9", "/secret").status()).isEqualTo(200);
        assertThat(Files.readString(folder.resolve("ipgate.yaml"))).contains(line);
    }

    @Test
    void aGrantIsListedAndTakenBack() throws IOException {
        gate.reload(
                CONF.replace("APP", app.url()).replace("# here", "- {allow: granted}") + "grants: on\nstate: state\n");
        open(1280, 900, false);
        holds("nothing is granted", "document.getElementById('grants').offsetHeight === 0");

        gate.gate().grants().grant(CidrBlock.parse("127.0.0.9"), Duration.ofHours(3), "Ana", "<b>an afternoon</b>");

        assertThat(gate.getFrom("127.0.0.9", "/").status()).isEqualTo(200);
        holds("it is there", "document.getElementById('grants-rows').textContent.includes('<b>an afternoon</b>')");
        assertThat(browser.evaluate("document.getElementById('grants-rows').textContent"))
                .contains("127.0.0.9", "3 h left", "by Ana");

        browser.evaluate("document.querySelector('button[data-revoke]').click()");

        holds("it is gone", "document.getElementById('grants').offsetHeight === 0");
        assertThat(gate.getFrom("127.0.0.9", "/").status()).isEqualTo(403);
        assertThat(browser.errors()).isEmpty();
    }

    @Test
    void comesBackAfterAReload() throws IOException {
        open(1280, 900, false);

        gate.reload(CONF.replace("APP", app.url()).replace("# here", "- {allow: 192.0.2.1, note: \"a new rule\"}"));

        holds("the new rule is there", "document.getElementById('rules-rows').textContent.includes('a new rule')");
        holds("and the page is live", "document.getElementById('state').textContent === 'live'");
    }

    @Test
    void saysWhenItIsNotLive() {
        open(1280, 900, false);

        gate.close();

        holds("it says so", "document.getElementById('state').textContent.startsWith('not live since ')");
    }
}

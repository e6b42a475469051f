package dev.ipgate.lists;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.config.ConfigReader;
import dev.ipgate.config.GroupSource;
import dev.ipgate.config.Settings;
import dev.ipgate.net.AddressSet;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import dev.ipgate.testing.Certificates;
import dev.ipgate.testing.ListServer;
import dev.ipgate.testing.MovedClock;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists fetched from a server that publishes what is told, good and bad. */
@Timeout(60)
class UrlSourceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30); // for a busy machine; nothing waits for it
    private static final Duration SOON = Duration.ofMillis(500); // where it is to run out
    private static final String START = "2026-01-01T00:00:00Z";

    @TempDir
    private Path folder;

    private final MovedClock clock = new MovedClock(START);
    private ListServer server;

    @BeforeEach
    void start() throws IOException {
        server = ListServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** The source that a conf file with this group has. */
    private GroupSource.UrlList settings(String group) throws IOException {
        Problems problems = new Problems();
        Path conf = Files.writeString(folder.resolve("ipgate.yaml"), """
                listen: 8080
                upstream: "http://127.0.0.1:5050"
                rules: [{allow: 127.0.0.1}]
                groups: {list: GROUP}
                """.replace("GROUP", group));
        Settings settings = Objects.requireNonNull(ConfigReader.read(conf, problems));
        assertThat(problems.all()).extracting(Problem::toString).isEmpty();
        return (GroupSource.UrlList) Objects.requireNonNull(
                Objects.requireNonNull(settings.groups().get("list")).source());
    }

    private UrlSource source(String more) throws IOException {
        return source(more, PATIENCE);
    }

    private UrlSource source(String more, Duration patience) throws IOException {
        String group = "{url: \"" + server.url("/list?token=s3cret") + "\"" + more + "}";
        return new UrlSource(settings(group), folder.resolve("state"), patience, clock);
    }

    private UrlSource withoutCopy(String more) throws IOException {
        return new UrlSource(settings("{url: \"" + server.url("/list?token=s3cret") + "\"" + more + "}"), null);
    }

    private static String text(AddressSet addresses) {
        List<String> texts = new ArrayList<>();
        addresses.forEach(range -> texts.add(range.toString()));
        return String.join(" ", texts);
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "203.0.113." + 2 * i)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void linesAreReadAsThoseOfAListFile() throws IOException {
        server.says("# ours\n203.0.113.0/24 # here\n\n2001:db8::/32\n");

        assertThat(text(source("").read().addresses()))
                .isEqualTo("203.0.113.0-203.0.113.255 2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
    }

    @Test
    void jsonIsReadAtItsPlaces() throws IOException {
        server.says(
                "{\"a\": [{\"b\": \"203.0.113.7\", \"c\": 1}, {\"c\": \"x\"}, {\"b\": \"2001:db8::/64\"}], \"b\": \"x\"}");

        assertThat(text(source(", format: json, path: \"a[*].b\"").read().addresses()))
                .isEqualTo("203.0.113.7 2001:db8::-2001:db8::ffff:ffff:ffff:ffff");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            cloudflare,     cloudflare-ips-v4 cloudflare-ips-v6, 103.21.244.0 173.245.48.0 2400:cb00::
            aws,            aws.json,                            3.5.140.0 15.230.39.60 2600:1f13::
            github-actions, github-actions.json,                 4.148.0.0 2a01:111:f403:c215::
            google-cloud,   google-cloud.json,                   34.1.208.0 2600:1900:8000::
            fastly,         fastly.json,                         23.235.32.0 43.249.72.0 2a04:4e40::
            """)
    void theListsThatPeopleUseAreUnderstood(String preset, String samples, String firsts) throws IOException {
        GroupSource.UrlList known = settings("{preset: " + preset + "}");
        List<String> files = List.of(samples.split(" "));
        assertThat(known.urls()).hasSameSizeAs(files);
        server.plays(exchange -> ListServer.send(
                exchange,
                200,
                Files.readAllBytes(Path.of(
                        "src/test/resources/lists" + exchange.getRequestURI().getPath()))));
        GroupSource.UrlList here = new GroupSource.UrlList(
                files.stream().map(file -> URI.create(server.url("/" + file))).toList(),
                known.paths(),
                known.refresh(),
                known.maxStale(),
                known.maxShrink(),
                List.of(),
                false);

        List<String> found = new ArrayList<>();
        new UrlSource(here, null)
                .read()
                .addresses()
                .forEach(range -> found.add(range.first().toString()));
        assertThat(String.join(" ", found)).isEqualTo(firsts);
    }

    @Test
    void whatHasNotChangedIsNotSentAgain() throws IOException {
        UrlSource source = source("");
        server.says(lines(3), "ETag", "\"one\"");
        AddressSet first = source.read().addresses();

        server.answers(304, new byte[0]);
        assertThat(text(source.read().addresses())).isEqualTo(text(first));
        server.says(lines(2), "Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
        assertThat(source.read().addresses().size()).isEqualTo(2);
        server.answers(304, new byte[0]);
        assertThat(source.read().addresses().size()).isEqualTo(2);

        assertThat(server.validators())
                .containsExactly("null null", "\"one\" null", "\"one\" null", "null Thu, 01 Jan 2026 00:00:00 GMT");
    }

    @Test
    void aListMayBePacked() throws IOException {
        server.answers(200, ListServer.packed("203.0.113.7\n", 3), "Content-Encoding", "gzip");

        assertThat(text(source("").read().addresses())).isEqualTo("203.0.113.7");
    }

    @Test
    void aPackedListMayNotBurst() throws IOException {
        server.answers(200, ListServer.packed("#".repeat(1 << 20), 200), "Content-Encoding", "gzip");

        assertRefused(source(""), "URL is larger than 16 MiB");
    }

    @Test
    void aListMayNotGoOnForEver() throws IOException {
        byte[] piece = "# and so on\n".repeat(5000).getBytes(UTF_8);
        server.plays(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            while (true) { // until the connection is gone
                exchange.getResponseBody().write(piece);
            }
        });

        assertRefused(source(""), "URL is larger than 16 MiB");
    }

    @Test
    void aServerMayNotTakeForEver() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        server.plays(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("203.0.113.7\n".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            await(over);
        });

        assertRefused(source("", SOON), "URL is not there within 0 s");
        over.countDown();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IOException("never let go");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            404  | answers 404
            500  | answers 500
            204  | answers 204
            304  | answers 304
            """)
    void anythingButAnAnswerIsNoList(int status, String message) throws IOException {
        server.answers(status, new byte[0]);

        assertRefused(source(""), "URL " + message);
    }

    @Test
    void aPageIsNoList() throws IOException {
        server.says(lines(3), "Content-Type", "text/html; charset=utf-8");
        assertRefused(source(""), "URL is an HTML page, not a list");

        server.says("  \n<!DOCTYPE html>\n<p>Please sign in", "Content-Type", "text/plain");
        assertRefused(source(""), "URL is an HTML page, not a list");
    }

    @Test
    void redirectsAreFollowedOnTheSameHost() throws IOException {
        server.plays(exchange -> {
            boolean there = exchange.getRequestURI().getPath().equals("/there");
            exchange.getResponseHeaders().add("Location", "/there");
            ListServer.send(exchange, there ? 200 : 302, lines(1).getBytes(UTF_8));
        });

        assertThat(source("").read().addresses().size()).isEqualTo(1);
    }

    @Test
    void redirectsLeadNowhereElse() throws IOException {
        server.answers(301, new byte[0], "Location", "https://example.org/list");
        assertRefused(
                source(""),
                "URL redirects to https://example.org; if that is meant, write the new @ into the conf file");

        server.answers(307, new byte[0], "Location", "/list");
        assertRefused(source(""), "URL redirects more than 3 times");

        server.answers(302, new byte[0], "Location", "http://[");
        assertRefused(source(""), "URL redirects to what is no @");
    }

    @Test
    void aListIsFetchedFromNobodyWithoutAGoodCertificate() throws Exception {
        Certificates certificates = new Certificates(folder);
        certificates.authority("authority");
        certificates.server("here", "ip:127.0.0.1", "-signer", "authority");
        certificates.server("elsewhere", "dns:example.org", "-signer", "authority");
        Path authority = certificates.pem("authority", "authority.pem");
        String trusted = ", ca_file: " + authority.getFileName();
        server.close();

        server = ListServer.start(certificates.identity("here"));
        server.says(lines(1));
        assertRefused(source(""), "URL cannot be had: unable to find valid certification path to requested target");
        assertThat(withoutCopy(trusted).read().addresses().size()).isEqualTo(1);
        server.answers(302, new byte[0], "Location", server.url("/").replace("https", "http"));
        assertThatThrownBy(() -> withoutCopy(trusted).read()).hasMessageContaining(" redirects to http://127.0.0.1;");
        server.close();

        server = ListServer.start(certificates.identity("elsewhere"));
        server.says(lines(1));
        assertThatThrownBy(() -> withoutCopy(trusted).read()).hasMessageContaining("127.0.0.1 found");
    }

    @Test
    void anEmptyListIsRefused() throws IOException {
        server.says("# nobody\n");

        assertRefused(source(""), "URL holds no address");
    }

    @Test
    void oneBadLineRefusesTheWhole() throws IOException {
        server.says("203.0.113.7\nnobody\n");

        assertThatThrownBy(() -> source("").read())
                .isInstanceOfSatisfying(
                        SourceException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .hasToString(server.url("/list?…")
                                        + ":2:1: \"nobody\" is not an IP address; write an address, a"
                                        + " block or a range a line"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": ["x"]}                   | has something else than an address: "x" is not an IP address
            {"a": [1]}                     | has no text at a[*]
            {"a": [["203.0.113.7"]]}       | has no text at a[*]
            {"a": ["203.0.113.7"           | is no JSON that could be read: Unexpected end-of-input
            {"a": ["203.0.113.7"]} {}      | goes on behind its JSON
            {"b": ["203.0.113.7"]}         | holds no address
            """)
    void jsonIsReadStrictly(String json, String message) throws IOException {
        server.says(json);

        assertThatThrownBy(() -> source(", format: json, path: \"a[*]\"").read())
                .hasMessageStartingWith(server.url("/list?…") + " " + message);
    }

    @Test
    void jsonMayNotBeDeeperThanThereIsRoom() throws IOException {
        server.says("[".repeat(100_000));

        assertThatThrownBy(() -> source(", format: json, path: \"a[*]\"").read())
                .hasMessageContaining("is no JSON that could be read: Document nesting depth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "::/0", "8.0.0.0-9.0.0.0", "2000::/3"})
    void aBlockThatIsHalfTheWorldIsRefused(String block) throws IOException {
        server.says("203.0.113.7\n" + block + "\n");

        assertThatThrownBy(() -> source(", allow_private: true").read())
                .hasMessageEndingWith(", which is more than a /8 of IPv4 or a /16 of IPv6");
    }

    @Test
    void anAddressOfNoInternetRefusesTheWhole() throws IOException {
        server.says("203.0.113.7\n9.0.0.0-10.0.0.5\n".replace("9.0.0.0", "9.255.0.0"));

        assertRefused(
                source(""),
                "URL holds 10.0.0.0, which is no address of the Internet; write allow_private: true if that is meant");
        assertThat(source(", allow_private: true").read().addresses().size()).isEqualTo(2);
    }

    @Test
    void aListThatSuddenlyShrinksIsRefused() throws IOException {
        UrlSource source = source("");
        server.says(lines(10));
        source.read();

        server.says(lines(4));
        assertRefused(source, "URL has lost 6 of 10 ranges, which is more than max_shrink: 50%");
        server.says(lines(5));
        assertThat(source.read().addresses().size()).isEqualTo(5);

        UrlSource any = source(", max_shrink: 100%");
        server.says(lines(10));
        any.read();
        server.says(lines(1));
        assertThat(any.read().addresses().size()).isEqualTo(1);
    }

    @Test
    void aRestartWithoutANetworkHasTheLastGoodAndItsAge() throws IOException {
        server.says(lines(3));
        source("").read();
        clock.pass(Duration.ofDays(1));
        server.answers(503, new byte[0]);

        UrlSource restarted = source("");
        Reading old = restarted.read();

        assertThat(old.addresses().size()).isEqualTo(3);
        assertThat(old.old()).isEqualTo(new Reading.Old(Instant.parse(START), server.url("/list?…") + " answers 503"));
        assertRefused(restarted, "URL answers 503"); // it has been told once, and holds
        server.says(lines(2));
        assertThat(restarted.read().old()).isNull();
    }

    @Test
    void aCopyOfAnotherListIsNotTaken() throws IOException {
        server.says(lines(3));
        source("").read();
        server.answers(503, new byte[0]);

        assertThatThrownBy(() -> new UrlSource(
                                settings("{url: \"" + server.url("/other") + "\"}"),
                                folder.resolve("state"),
                                PATIENCE,
                                clock)
                        .read())
                .hasMessageEndingWith("answers 503");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "203.0.113.9\n", "ipgate list 1\n2026-01-01T00:00:00Z\nx\n203.0.113.9\n"})
    void aCopyThatIsDamagedIsNotTaken(String damaged) throws IOException {
        server.says(lines(3));
        source("").read();
        Files.writeString(onlyCopy(), damaged);
        server.answers(503, new byte[0]);

        assertRefused(source(""), "URL answers 503");
    }

    @Test
    void oneBitMoreIsDamageToo() throws IOException {
        server.says(lines(3));
        source("").read();
        Path copy = onlyCopy();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-------");
        Files.writeString(copy, Files.readString(copy).replace("203.0.113.4", "203.0.113.5"));
        server.answers(503, new byte[0]);

        assertRefused(source(""), "URL answers 503");
    }

    private Path onlyCopy() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("state/lists"))) {
            return files.toList().get(0);
        }
    }

    @Test
    void aStateFolderThatCannotBeUsedIsNoReasonNotToHaveTheList() throws IOException {
        Files.writeString(folder.resolve("state"), "a file where a folder should be");
        server.says(lines(3));

        assertThat(source("").read().addresses().size()).isEqualTo(3);
    }

    /** URL stands for the list's, without its query, which may be a secret. */
    private void assertRefused(UrlSource source, String message) {
        assertThatThrownBy(source::read)
                .isInstanceOf(SourceException.class)
                .hasMessage(message.replace("URL", server.url("/list?…")).replace("@", "URL"));
    }
}

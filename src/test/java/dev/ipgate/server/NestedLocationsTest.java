package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.CertificateDoor;
import dev.ipgate.policy.Satisfy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Locations within locations: which is chosen, and what it inherits. */
class NestedLocationsTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private static final String HEAD = """
            listen: 8080
            upstream: "http://127.0.0.1:1"
            rules: [{allow: 10.0.0.0/8}]
            """;

    private static final String TREE = HEAD + """
            locations:
              - path: /app
                locations:
                  - {path: /app, match: exact}
                  - {path: /app/deep/}
                  - path: /app/static/
                    before_regex: true
                    locations:
                      - {path: '\\.raw$', match: regex}
                  - {path: '\\.png$', match: regex}
                  - path: '/v[0-9]+/'
                    match: regex
                    locations:
                      - {path: '\\.txt$', match: regex}
              - path: /sealed/
                before_regex: true
                locations:
                  - {path: /sealed/open, match: exact}
                  - {path: '\\.key$', match: regex}
              - {path: '\\.p[hn][pg]$', match: regex}
              - {path: '\\.raw$', match: regex}
            """;

    @TempDir
    private Path folder;

    private Configuration load(String conf) throws IOException {
        Files.writeString(folder.resolve("users"), "ana:{PLAIN}secret\n");
        return Configuration.load(Files.writeString(folder.resolve("ipgate.yaml"), conf), NOW);
    }

    private Verdict judge(String conf, String client, String method, String path) throws IOException {
        return load(conf)
                .judge()
                .judge(
                        new Request(
                                ClientAddress.direct(IpAddress.parse(client)),
                                name -> List.of(),
                                "http",
                                null,
                                "localhost",
                                CertificateDoor.NONE,
                                method,
                                path),
                        NOW.getEpochSecond());
    }

    @ParameterizedTest(name = "{0} gets {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # path                      | location; - where readings differ
            /                           | default
            /app                        | default /app > /app
            /application                | default /app
            /app/                       | default /app
            /app/deep/x                 | default /app > /app/deep/
            /app/x.png                  | default /app > \\.png$
            /app/deep/x.png             | default /app > \\.png$
            /app/x.php                  | default \\.p[hn][pg]$
            /app/deep/x.php             | default \\.p[hn][pg]$
            /x.png                      | default \\.p[hn][pg]$
            # before_regex holds off the regular expressions beside it, not those around
            /app/static/x.png           | default \\.p[hn][pg]$
            /app/static/x.raw           | default /app > /app/static/ > \\.raw$
            /app/static/x               | default /app > /app/static/
            # what a regular expression leads to is final
            /app/v1/x                   | default /app > /v[0-9]+/
            /app/v1/x.php               | default /app > /v[0-9]+/
            /app/v1/x.txt               | default /app > /v[0-9]+/ > \\.txt$
            /app/v1/x.png               | default /app > \\.png$
            /v1/x.txt                   | default
            /sealed/x.png               | default /sealed/
            /sealed/x.key               | default /sealed/ > \\.key$
            /sealed/open                | default /sealed/ > /sealed/open
            /sealed/open/x              | default /sealed/
            # the canonical form decides
            /x/../app/deep/x            | default /app > /app/deep/
            //app//deep//x              | default /app > /app/deep/
            /%61pp/de%65p/x             | default /app > /app/deep/
            /app/deep/../x.PNG          | default /app
            /app/deep/%2e%2e/x.p%6eg    | default /app > \\.png$
            # and readings that lead to different locations are refused
            /app/deep/..%2fx            | -
            /app/deep%2fx               | -
            /app/deep/..;/x             | -
            /app/%2564eep/x             | -
            /app/x.png;a                | -
            /app/static/..%5cdeep/x     | -
            /sealed/..%2fapp/x          | -
            /sealed/x%2f..%2fopen       | -
            /app/v1/a%2fb               | default /app > /v[0-9]+/
            /app/deep/a%2fb%5cc;d       | default /app > /app/deep/
            """)
    void theSearchGoesOnWithinTheLongestPrefix(String path, String location) throws IOException {
        Verdict verdict = judge(TREE, "10.0.0.1", "GET", path);

        if (location == null) {
            assertThat(verdict.refusal()).isEqualTo(Refusal.BAD_REQUEST);
        } else {
            assertThat(Objects.requireNonNull(verdict.place(), verdict.detail()).name())
                    .isEqualTo(location);
        }
    }

    private static final String INHERITING = HEAD + """
            auth: {realm: site, users_file: users}
            satisfy: any
            locations:
              - path: /a
                rules: [{allow: 10.1.0.0/16}, {deny: all}]
                upstream: "http://127.0.0.1:2"
                satisfy: all
                locations:
                  - {path: /a/same}
                  - path: /a/open
                    auth: off
                    rules: [{allow: 10.1.2.0/24}]
                    locations:
                      - {path: /a/open/app, upstream: "http://127.0.0.1:3"}
                      - {path: /a/open/any, auth: {realm: inner, users_file: users}, satisfy: any}
            """;

    @ParameterizedTest(name = "{1} to {0}")
    @CsvSource(textBlock = """
            # path,            client,     status, realm, satisfy, app
            /a/same/x,         10.1.0.1,   401,    site,  ALL,     2
            /a/same/x,         10.2.0.1,   403,    site,  ALL,     2
            /a/open/x,         10.1.2.1,   0,      ,      ALL,     2
            /a/open/x,         10.1.0.1,   403,    ,      ALL,     2
            /a/open/x,         10.2.0.1,   403,    ,      ALL,     2
            /a/open/app/x,     10.1.2.1,   0,      ,      ALL,     3
            /a/open/app/x,     10.1.0.1,   403,    ,      ALL,     3
            /a/open/any/x,     10.1.2.1,   0,      inner, ANY,     2
            /a/open/any/x,     10.1.0.1,   401,    inner, ANY,     2
            /b,                10.2.0.1,   0,      site,  ANY,     1
            """)
    void whatALocationDoesNotSayItHasFromTheOneAround(
            String path, String client, int status, String realm, Satisfy satisfy, String app) throws IOException {
        Verdict verdict = judge(INHERITING, client, "GET", path);
        Place place = Objects.requireNonNull(verdict.place());

        int answer = verdict.asksPassword()
                ? 401
                : verdict.refusal() == null ? 0 : verdict.refusal().status();
        assertThat(answer).isEqualTo(status);
        assertThat(place.auth() == null ? null : place.auth().realm()).isEqualTo(realm);
        assertThat(place.satisfy()).isEqualTo(satisfy);
        assertThat(place.upstream().authorities()).isEqualTo("127.0.0.1:" + app);
    }

    @ParameterizedTest(name = "{1} {0}: {2}")
    @CsvSource(textBlock = """
            /api/2.0/mlflow/runs/get,                 GET,   true
            /api/2.0/mlflow/runs/create,              POST,  false
            /api/2.0/mlflow/runs/nested/get,          GET,   true
            /api/2.0/mlflow/runs/nested/create,       POST,  false
            /api/2.0/mlflow/runs/nested/deep/create,  POST,  false
            /api/2.0/mlflow/experiments/create,       POST,  true
            """)
    void nothingWithinALocationTakesItsAccessBack(String path, String method, boolean passes) throws IOException {
        assertThat(judge(HEAD + """
                locations:
                  - path: /api/2.0/mlflow/runs/
                    access: mlflow:read
                    locations:
                      - path: /api/2.0/mlflow/runs/nested/
                        rules: [{allow: 10.0.0.0/9}]
                        locations: [{path: /api/2.0/mlflow/runs/nested/deep/, rules: [{allow: 10.0.0.0/10}]}]
                """, "10.0.0.1", method, path).passes()).isEqualTo(passes);
    }

    @Test
    void aListWiderThanTheOneAroundIsWarnedAbout() throws IOException {
        assertThat(load(HEAD + """
                locations:
                  - path: /a
                    rules: [{allow: 10.1.0.0/16}]
                    locations:
                      - {path: /a/narrow, rules: [{allow: 10.1.2.0/24}]}
                      - {path: /a/wide, rules: [{allow: 10.0.0.0/8}]}
                      - {path: /a/meant, note: open to all, rules: [{allow: 10.0.0.0/8}]}
                      - {path: /a/exact, match: exact, rules: [{allow: 10.0.0.0/8}]}
                      - path: /a/b
                        locations: [{path: /a/b/wide, rules: [{allow: 10.2.0.0/16}]}]
                """).warnings())
                .extracting(
                        problem -> problem.setting() + " line " + problem.at().line())
                .containsExactly(
                        "locations[0].locations[1].rules[0] line 9",
                        "locations[0].locations[4].locations[0].rules[0] line 13");
    }
}

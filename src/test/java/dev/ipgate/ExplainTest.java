package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mlflow_project.google.gson.JsonObject;

/** What explain answers. That serve does the same is another test's. */
class ExplainTest {

    private static final String CONF = """
            listen: 8080
            client_address: {trusted_proxies: [127.0.0.1, 10.0.0.0/8]}
            upstream: {url: "http://127.0.0.1:5050", host_header: upstream, origin: upstream}
            hosts: [app.example.com]
            rules:
              - allow: 203.0.113.0/24
                note: "the office"
              - allow: 198.51.100.4
                methods: [GET]
              - deny: all
            locations:
              - {path: /admin, rules: [{deny: 203.0.113.7}, {allow: 203.0.113.0/24}]}
            """;

    @TempDir
    private Path folder;

    private String conf;

    @BeforeEach
    void writeConf() throws IOException {
        conf = conf(CONF);
    }

    private String conf(String text) throws IOException {
        return Files.writeString(folder.resolve("ipgate.yaml"), text).toString();
    }

    private CommandRun explain(String... args) {
        List<String> all = new ArrayList<>(List.of("explain", "-c", conf));
        all.addAll(Arrays.asList(args));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void whoPassesIsToldByWhichRuleAndToWhere() {
        CommandRun run = explain("203.0.113.7", "--path", "/api", "--method", "POST");

        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                passes:   allow
                because:  rule "allow 203.0.113.0/24" at CONF:6
                note:     the office
                client:   203.0.113.7: the peer
                request:  POST /api for app.example.com
                place:    app.example.com, app at 127.0.0.1:5050
                """.replace("CONF", conf));
    }

    @Test
    void whomToAskAboutTheRuleIsSaid() throws IOException {
        conf = conf(CONF.replace("note: \"the office\"", "owner: \"Ana, ext. 12\""));

        CommandRun text = explain("203.0.113.7");
        CommandRun json = explain("203.0.113.7", "--json");

        assertThat(text.out()).contains("owner:    Ana, ext. 12\n").doesNotContain("note:");
        assertThat(json.json().get("owner").getAsString()).isEqualTo("Ana, ext. 12");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            '~^a$', '*.b.example'       | any.b.example
            .b.example                  | b.example
            www.b.*                     | www.b.any
            '~^a$'                      | localhost
            """)
    void aHostIsThoughtOfThatPatternsHold(String hosts, String host) throws IOException {
        conf = conf(CONF.replace("app.example.com", hosts));

        assertThat(explain("203.0.113.7").out()).contains("GET / for " + host + "\n");
    }

    @Test
    void aLocationWithinOthersIsToldWithThose() throws IOException {
        conf = conf(CONF + """
                  - path: /api
                    rules: [{allow: 203.0.113.0/24}]
                    locations:
                      - path: /api/2.0
                        locations: [{path: 'delete$', match: regex, rules: [{deny: all}]}]
                """);

        assertThat(explain("203.0.113.7", "--path", "/api/2.0/runs/delete").out())
                .contains(
                        "refused:  403 deny\n",
                        ":17\n",
                        "place:    app.example.com /api > /api/2.0 > delete$, app at ");
        assertThat(explain("203.0.113.7", "--path", "/api/2.0/runs/get").out())
                .contains("passes:   allow\n", ":14\n", "place:    app.example.com /api > /api/2.0, app at ");
    }

    @Test
    void whatTheAppIsToldOtherwiseIsSaid() throws IOException {
        conf = conf(CONF + """
                  - path: /mlflow/
                    upstream: {url: "http://app", replace_path: /, headers: {X-Api-Key: secret, Accept-Encoding: ""}}
                """);

        assertThat(explain("203.0.113.7", "--path", "/mlflow/x/../api?q").out()).endsWith("""
                place:    app.example.com /mlflow/, app at app
                app path: /api
                app gets: X-Api-Key as upstream.headers has it
                app gets: no Accept-Encoding
                """);
        assertThat(explain("203.0.113.7", "--path", "/mlflow/a/..%2fb").out())
                .startsWith("refused:  400 bad-request\nbecause:  the path can be read in ways that lead out");
        assertThat(explain("203.0.113.7", "--path", "/mlflow/a", "--json")
                        .json()
                        .get("app_path")
                        .getAsString())
                .isEqualTo("/a");
    }

    @Test
    void theAnswerIsThereAsJsonToo() {
        CommandRun run = explain("203.0.113.7", "--path", "/admin/x", "--json");

        assertThat(run.status()).isEqualTo(1);
        JsonObject answer = run.json();
        assertThat(answer.get("passes").getAsBoolean()).isFalse();
        assertThat(answer.get("decision").getAsString()).isEqualTo("deny");
        assertThat(answer.get("status").getAsInt()).isEqualTo(403);
        assertThat(answer.get("rule").getAsString()).isEqualTo("deny 203.0.113.7");
        assertThat(answer.get("rule_position").getAsString()).startsWith(conf + ":12:");
        assertThat(answer.get("reason").getAsString()).contains("deny 203.0.113.7", conf + ":12");
        assertThat(answer.get("client").getAsString()).isEqualTo("203.0.113.7");
        assertThat(answer.get("peer").getAsString()).isEqualTo("203.0.113.7");
        assertThat(answer.get("method").getAsString()).isEqualTo("GET");
        assertThat(answer.get("path").getAsString()).isEqualTo("/admin/x");
        assertThat(answer.get("host").getAsString()).isEqualTo("app.example.com");
        assertThat(answer.get("place").getAsString()).isEqualTo("app.example.com /admin");
        assertThat(answer.get("note").isJsonNull()).isTrue();
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # arguments                                                     | status | decision        | because
            203.0.114.7                                                     | 403    | deny            | deny all
            2001:db8::1                                                     | 403    | deny            | deny all
            203.0.113.7 --method delete                                     | 400    | bad-request     | small letters
            198.51.100.4 --method DELETE                                    | 403    | deny            | deny all
            203.0.113.7 --path /administrator                               | 403    | deny            | deny 203.0.113.7
            203.0.113.7 --path /x/../admin                                  | 403    | deny            | deny 203.0.113.7
            127.0.0.1 -H X-Forwarded-For:unknown                            | 403    | no-address      | "unknown"
            127.0.0.1 -H X-Forwarded-For:203.0.113.7,,1.2.3                 | 403    | no-address      | "1.2.3"
            127.0.0.2 -H X-Forwarded-For:203.0.113.7                        | 403    | untrusted-proxy | trusted_proxies
            127.0.0.2 -H Via:x                                              | 403    | untrusted-proxy | trusted_proxies
            203.0.113.7 --method POST -H Origin:http://evil.example         | 403    | foreign-origin  | evil.example
            203.0.113.7 --method POST -H Origin:null                        | 403    | foreign-origin  | null
            203.0.113.7 -H Upgrade:websocket -H Origin:http://evil.example  | 403    | foreign-origin  | evil.example
            203.0.113.7 --host evil.example                                 | 421    | unknown-host    | evil.example
            203.0.113.7 --host evil.example:80                              | 421    | unknown-host    | evil.example
            203.0.113.7 --host a..b                                         | 400    | bad-request     | Host
            203.0.113.7 --path /x%00                                        | 400    | bad-request     | path
            203.0.113.7 --path admin                                        | 400    | bad-request     | path
            203.0.113.7 --path /x/..;/admin                                 | 400    | bad-request     | path
            """)
    void everyRefusalSaysItsStatusAndItsReason(String arguments, int status, String decision, String because) {
        CommandRun run = explain(arguments.split(" "));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("refused:  " + status + " " + decision + "\nbecause:  ");
        assertThat(run.out().lines().skip(1).findFirst().orElseThrow()).contains(because);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "203.0.113.7",
                "::ffff:203.0.113.7",
                "198.51.100.4",
                "198.51.100.4 --method HEAD",
                "203.0.113.8 --path /admin",
                "203.0.113.7 --host localhost:8080",
                "203.0.113.7 --host APP.example.com.",
                "203.0.113.7 --host [2001:db8::1]:8080",
                "203.0.113.7 --method POST -H Origin:http://app.example.com",
                "203.0.113.7 --method POST --host app.example.com:8080 -H Origin:http://app.example.com:8080",
                "203.0.113.7 -H Origin:http://evil.example",
                "127.0.0.1 -H X-Forwarded-For:203.0.113.7",
                "127.0.0.1 -H x-forwarded-for:198.51.100.1 -H X-FORWARDED-FOR:203.0.113.7",
                "127.0.0.1 -H X-Forwarded-For:203.0.113.7,10.1.2.3",
                "203.0.113.7 -H Host:app.example.com",
            })
    void whoMayPassPasses(String arguments) {
        CommandRun run = explain(arguments.split(" "));

        assertThat(run.out()).startsWith("passes:   allow\n");
        assertThat(run.status()).isZero();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # header        | what the client is found by
            X-Forwarded-For | the last hop of X-Forwarded-For that is not a trusted proxy
            X-Real-IP       | X-Real-IP
            Forwarded       | Forwarded
            """)
    void aTrustedPeerNamesTheClientByTheHeaderOfTheConfFile(String header, String because) throws IOException {
        conf(CONF.replace("10.0.0.0/8]}", "10.0.0.0/8], header: " + header + "}"));
        CommandRun run = explain("203.0.113.7", "--peer", "127.0.0.1");

        assertThat(run.status()).as(run.out()).isZero();
        assertThat(run.out()).contains("client:   203.0.113.7: ", because, "peer:     127.0.0.1\n");
        assertThat(explain("2001:db8::1", "--peer", "10.0.0.1").out()).contains("client:   2001:db8::1: ");
    }

    @Test
    void anotherHeaderDoesNotKeepTheForwardingHeaderFromBeingFilledIn() {
        CommandRun run = explain("203.0.113.7", "--peer", "127.0.0.1", "--header", "User-Agent: curl");

        assertThat(run.status()).as(run.out()).isZero();
        assertThat(run.out()).contains("client:   203.0.113.7: ");
    }

    @Test
    void aForwardingHeaderThatIsGivenIsTheOneThatCounts() {
        CommandRun run = explain("203.0.113.7", "--peer", "127.0.0.1", "-H", "x-forwarded-for: 203.0.114.1");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("client:   203.0.114.1: ");
    }

    @Test
    void whatAnUntrustedPeerSaysDoesNotCount() {
        CommandRun run = explain("203.0.113.7", "--peer", "198.51.100.77");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("client:   198.51.100.77: ").doesNotContain("peer:");
    }

    @Test
    void aQueryIsNoPartOfThePath() throws IOException {
        conf(CONF.replace("path: /admin,", "path: /admin, match: exact,"));

        assertThat(explain("203.0.113.7", "--path", "/admin?a=/../b").out())
                .contains("deny 203.0.113.7", "GET /admin for");
    }

    @ParameterizedTest(name = "{0}: {1}, {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # arguments                                          | status | access       | because
            --path /api/2.0/mlflow/runs/search --method POST     | 0      | mlflow:read  | allow 203.0.113.7
            --path /api/2.0/mlflow/runs/create --method POST     | 1      | mlflow:write | deny all
            --path /api%2F2.0/mlflow/runs/get                    | 1      | mlflow:write | deny all
            --path //api/2.0/mlflow/runs/get                     | 0      | mlflow:read  | allow 203.0.113.7
            """)
    void whereRulesTellReadsFromWritesItSaysWhichARequestIs(String arguments, int status, String access, String because)
            throws IOException {
        conf("""
                listen: 8080
                preset: mlflow
                rules:
                  - allow: 203.0.113.7
                    access: mlflow:read
                  - deny: all
                """);
        String[] all = ("203.0.113.7 " + arguments).split(" ");
        CommandRun run = explain(all);

        assertThat(run.status()).isEqualTo(status);
        assertThat(run.out()).contains("\naccess:   " + access + "\n", because);
        List<String> json = new ArrayList<>(Arrays.asList(all));
        json.add("--json");
        assertThat(explain(json.toArray(String[]::new)).json().get("access").getAsString())
                .isEqualTo(access);
    }

    @Test
    void thePresetsOwnRulesHaveTheirPlaceInTheFile() throws IOException {
        conf("listen: 8080\npreset: mlflow\nrules:\n  - allow: 203.0.113.7\n");
        CommandRun run = explain("203.0.113.7", "--path", "/ajax-api/3.0/mlflow/assistant");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains(
                        "rule \"deny all but clients on this machine\" at " + conf + ":2",
                        "default /ajax-api/3.0/mlflow/assistant")
                .doesNotContain("access:");
    }

    @Test
    void reportModePassesWhoWouldBeDeniedAndSaysSo() throws IOException {
        conf("mode: report\n" + CONF);
        CommandRun run = explain("203.0.114.7");

        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("passes:   would-deny\nbecause:  rule \"deny all\"");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            203.0.113.7 --header nonsense      | --header "nonsense" is not of the form 'NAME: VALUE'
            203.0.113.7 -H :x                  | --header ":x" is not of the form 'NAME: VALUE'
            203.0.113.7 --peer proxy           | "proxy" is not an IP address
            203.0.113.7 --method GET --method PUT | --method is given twice
            """)
    void wrongUsageIsToldFromARefusal(String arguments, String said) {
        CommandRun run = explain(arguments.split(" "));

        assertThat(run.status()).isEqualTo(64);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("ipgate: " + said + "\n");
    }

    @Test
    void aBrokenConfFileIsToldFromARefusal() throws IOException {
        conf("rules: []\n");
        CommandRun run = explain("203.0.113.7");

        assertThat(run.status()).isEqualTo(78);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(conf + ":1:8: rules: ").doesNotContain("Exception");
    }

    @ParameterizedTest(name = "{0} {1}: {2}, {3}")
    @CsvSource(delimiter = '|', textBlock = """
            /all   | 203.0.113.7 | 2 | rule "allow 203.0.113.0/24" at CONF:6, then the password of auth at CONF:13
            /all   | 192.0.2.1   | 1 | rule "deny all" at CONF:10
            /any   | 203.0.113.7 | 0 | rule "allow 203.0.113.0/24" at CONF:6
            /any   | 192.0.2.1   | 2 | rule "deny all" at CONF:10, then the password of auth at CONF:14
            """)
    void saysWhereAPasswordDecides(String path, String client, int status, String because) throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
        conf = conf(CONF + """
                  - {path: /all, auth: {users_file: htpasswd}}
                  - {path: /any, auth: {users_file: htpasswd}, satisfy: any}
                """);
        CommandRun run = explain(client, "--path", path, "--host", "app.example.com");

        assertThat(run.status()).as(run.err()).isEqualTo(status);
        assertThat(run.out())
                .startsWith(
                        switch (status) {
                            case 0 -> "passes:   allow\n";
                            case 1 -> "refused:  403 deny\n";
                            default -> "password: a password decides; without the right one 401\n";
                        })
                .contains("because:  " + because.replace("CONF", conf) + "\n");
        JsonObject json = explain(client, "--path", path, "--host", "app.example.com", "--json")
                .json();
        assertThat(json.get("passes").getAsBoolean()).isEqualTo(status == 0);
        assertThat(json.get("decision").getAsString().equals("password")).isEqualTo(status == 2);
    }

    @Test
    void aPasswordThatIsTheOnlyDoorNeedsNoRule() throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
        conf = conf("listen: 8080\nupstream: \"http://127.0.0.1:5050\"\nauth: {users_file: htpasswd}\n");
        CommandRun run = explain("203.0.113.7");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).contains("because:  the password of auth at " + conf + ":3\n");
    }
}

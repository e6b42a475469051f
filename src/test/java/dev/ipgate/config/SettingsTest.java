package dev.ipgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ipgate.config.AccessLogSettings.Format;
import dev.ipgate.config.AccessLogSettings.Target;
import dev.ipgate.config.LocationSettings.Match;
import dev.ipgate.config.Settings.Mode;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import dev.ipgate.policy.Action;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each key means. */
class SettingsTest {

    @TempDir
    Path folder;

    @ParameterizedTest(name = "listen: {0} binds {1}")
    @CsvSource(quoteCharacter = '`', textBlock = """
            # listen,                 address,    port, wildcard
            8080,                     ,           8080, true
            "*:8080",                 ,           8080, true
            0,                        ,           0,    true
            65535,                    ,           65535, true
            0.0.0.0:80,               0.0.0.0,    80,   true
            "[::]:80",                0:0:0:0:0:0:0:0, 80, true
            127.0.0.1:80,             127.0.0.1,  80,   false
            localhost:80,             127.0.0.1,  80,   false
            "[::1]:80",               0:0:0:0:0:0:0:1, 80, false
            "[::ffff:10.0.0.1]:80",   10.0.0.1,   80,   false
            {address: 10.0.0.5:8080}, 10.0.0.5,   8080, false
            """)
    void listensWhereItIsTold(String listen, @Nullable String address, int port, boolean wildcard) throws IOException {
        Settings settings = ConfFile.read(folder, "listen: " + listen + "\n" + ConfFile.UPSTREAM + ConfFile.RULES);

        assertThat(settings.listen()).singleElement().satisfies(one -> {
            assertThat(one.address().getPort()).isEqualTo(port);
            assertThat(one.address().getAddress().isAnyLocalAddress()).isEqualTo(wildcard);
            if (address != null) {
                assertThat(one.address().getAddress().getHostAddress()).isEqualTo(address);
            }
        });
    }

    @Test
    void listensOnAListOfAllForms() throws IOException {
        Settings settings = ConfFile.read(
                folder,
                "listen: [0, 0, 8081, 127.0.0.1:8081, {address: \"[::1]:8081\"}]\n" + ConfFile.UPSTREAM
                        + ConfFile.RULES);

        assertThat(settings.listen())
                .extracting(ListenSettings::text)
                .containsExactly("0", "0", "8081", "127.0.0.1:8081", "[::1]:8081");
    }

    @Test
    void listensInAWayOfItsOwnWhereToldSo() throws IOException {
        Settings settings = ConfFile.read(folder, """
                listen:
                  - {address: 8080, redirect_to_https: true, acme_challenges: html}
                  - {address: 8081, proxy_protocol: on, redirect_to_https: off, acme_challenges: /var/www/html}
                  - 8082
                client_address: {trusted_proxies: [10.0.0.0/8]}
                hosts: gate.example.com
                """ + ConfFile.UPSTREAM + ConfFile.RULES);

        assertThat(settings.listen())
                .extracting(
                        ListenSettings::proxyProtocol, ListenSettings::redirectToHttps, ListenSettings::acmeChallenges)
                .containsExactly(
                        tuple(false, true, folder.resolve("html")),
                        tuple(true, false, Path.of("/var/www/html")),
                        tuple(false, false, null));
    }

    @Test
    void findsTheClientAsTold() throws IOException {
        ClientAddressSettings client =
                ConfFile.read(folder, ConfFile.MINIMUM + """
                groups: {lb: [10.0.0.0/8]}
                client_address:
                  trusted_proxies: [127.0.0.1, "::1", 192.0.2.1-192.0.2.9, lb]
                  header: CF-Connecting-IP
                  recursive: off
                  on_malformed: keep
                  untrusted_forwarder: ignore
                """).clientAddress();

        assertThat(client.trustedProxies()).hasToString("[127.0.0.1, ::1, 192.0.2.1-192.0.2.9, lb]");
        assertThat(client.trustedProxies().get(3)).isInstanceOf(Whom.Group.class);
        assertThat(client.header()).isEqualTo("CF-Connecting-IP");
        assertThat(client.recursive()).isFalse();
        assertThat(client.keepMalformed()).isTrue();
        assertThat(client.ignoreUntrustedForwarder()).isTrue();
    }

    @Test
    void readsRules() throws IOException {
        List<RuleSettings> rules =
                ConfFile.site(folder, ConfFile.LISTEN + ConfFile.UPSTREAM + """
                groups: {office: [203.0.113.0/24]}
                rules:
                  - allow: [office, "2001:db8::/32"]
                    methods: [GET, POST]
                    until: 2026-12-31
                    note: "Ana: from the hotel"
                  - {deny: 10.0.0.1-10.0.0.9, methods: PROPFIND}
                  - deny: all
                """).rules();

        assertThat(rules).extracting(RuleSettings::action).containsExactly(Action.ALLOW, Action.DENY, Action.DENY);
        assertThat(rules)
                .extracting(rule -> rule.whom().toString())
                .containsExactly("[office, 2001:db8::/32]", "[10.0.0.1-10.0.0.9]", "[all]");
        assertThat(rules.get(0).methods()).containsExactly("GET", "POST");
        assertThat(rules.get(0).until()).isEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(rules.get(0).note()).isEqualTo("Ana: from the hotel");
        assertThat(rules.get(0).whom().get(1))
                .isInstanceOfSatisfying(
                        Whom.Addresses.class,
                        addresses -> assertThat(addresses.range()).isEqualTo(IpRange.parse("2001:db8::/32")));
        assertThat(rules.get(1).methods()).containsExactly("PROPFIND");
        assertThat(rules.get(2).at().line()).isEqualTo(10);
    }

    @Test
    void readsGroups() throws IOException {
        Settings settings = ConfFile.read(folder, ConfFile.MINIMUM + """
                groups:
                  office: [203.0.113.0/24, home]
                  home: 198.51.100.7
                  ci: {file: ci-runners.txt}
                  far: {file: /etc/ipgate/far.txt}
                """);

        assertThat(settings.groups()).containsOnlyKeys("office", "home", "ci", "far");
        assertThat(ConfFile.group(settings, "office").members()).hasToString("[203.0.113.0/24, home]");
        assertThat(ConfFile.group(settings, "home").members()).hasToString("[198.51.100.7]");
        assertThat(ConfFile.group(settings, "ci").source())
                .isEqualTo(new GroupSource.ListFile(folder.resolve("ci-runners.txt")));
        assertThat(ConfFile.group(settings, "ci").members()).isEmpty();
        assertThat(ConfFile.group(settings, "far").source())
                .isEqualTo(new GroupSource.ListFile(Path.of("/etc/ipgate/far.txt")));
    }

    @Test
    void readsGroupsOfNames() throws IOException {
        Settings settings = ConfFile.read(folder, ConfFile.MINIMUM + """
                resolver: [192.0.2.53, "[::1]:5353"]
                groups:
                  home: {host: Home.Example.org.}
                  far: {host: [münchen.example.org, app], refresh: 5s, max_stale: 365d, ipv6_prefix: 64, allow_private: on}
                """);
        List<InetSocketAddress> servers = List.of(server("192.0.2.53", 53), server("::1", 5353));

        assertThat(ConfFile.group(settings, "home").source())
                .isEqualTo(new GroupSource.DnsName(
                        "home.example.org", Duration.ofSeconds(60), Duration.ofHours(24), 128, false, servers));
        assertThat(ConfFile.group(settings, "far").source()).isNull();
        assertThat(ConfFile.group(settings, "far").members()).hasToString("[far.host[0], far.host[1]]");
        assertThat(ConfFile.group(settings, "far.host[0]").source())
                .isEqualTo(new GroupSource.DnsName(
                        "xn--mnchen-3ya.example.org", Duration.ofSeconds(5), Duration.ofDays(365), 64, true, servers));
        assertThat(ConfFile.group(settings, "far.host[1]").source()).hasToString("app");
        assertThat(ConfFile.group(settings, "far.host[1]").at().column()).isEqualTo(37);
    }

    private static InetSocketAddress server(String address, int port) {
        return new InetSocketAddress(IpAddress.parse(address).toInetAddress(), port);
    }

    @Test
    void readsGroupsOfPublishedLists() throws IOException {
        Settings settings = ConfFile.read(folder, ConfFile.MINIMUM + """
                groups:
                  plain: {url: "https://example.org/list?token=s3cret"}
                  here: {url: "http://localhost:8081/list", format: lines, max_shrink: 100%, allow_private: true}
                  json:
                    url: "http://[::1]/x.json"
                    format: json
                    path: ["a[*].b.c", "[*]"]
                    refresh: 1m
                    max_stale: 1m
                  monthly: {url: "https://example.org/list", refresh: 30d}
                """);

        assertThat(ConfFile.group(settings, "plain").source())
                .isEqualTo(list("https://example.org/list?token=s3cret", List.of(), 6 * 60, 7 * 24 * 60, 50, false))
                .hasToString("https://example.org/list?…");
        assertThat(ConfFile.group(settings, "here").source())
                .isEqualTo(list("http://localhost:8081/list", List.of(), 6 * 60, 7 * 24 * 60, 100, true));
        List<JsonPath> paths =
                List.of(new JsonPath(List.of("a", JsonPath.EVERY, "b", "c")), new JsonPath(List.of(JsonPath.EVERY)));
        assertThat(paths).hasToString("[a[*].b.c, [*]]");
        assertThat(ConfFile.group(settings, "json").source())
                .isEqualTo(list("http://[::1]/x.json", paths, 1, 1, 50, false));
        assertThat(ConfFile.group(settings, "monthly").source())
                .isEqualTo(list("https://example.org/list", List.of(), 30 * 24 * 60, 90 * 24 * 60, 50, false));
    }

    private static GroupSource list(
            String url, List<JsonPath> paths, int refresh, int maxStale, int maxShrink, boolean allowPrivate) {
        return new GroupSource.UrlList(
                List.of(URI.create(url)),
                paths,
                Duration.ofMinutes(refresh),
                Duration.ofMinutes(maxStale),
                maxShrink,
                List.of(),
                allowPrivate);
    }

    @ParameterizedTest(name = "{0} is at {1}, {2}")
    @CsvSource(delimiter = '|', textBlock = """
            cloudflare     | https://www.cloudflare.com/ips-v4 and https://www.cloudflare.com/ips-v6 | []
            aws            | https://ip-ranges.amazonaws.com/ip-ranges.json | [prefixes[*].ip_prefix, ipv6_prefixes[*].ipv6_prefix]
            github-actions | https://api.github.com/meta                    | [actions[*]]
            google-cloud   | https://www.gstatic.com/ipranges/cloud.json    | [prefixes[*].ipv4Prefix, prefixes[*].ipv6Prefix]
            fastly         | https://api.fastly.com/public-ip-list          | [addresses[*], ipv6_addresses[*]]
            """)
    void knowsTheListsThatPeopleUse(String preset, String urls, String paths) throws IOException {
        Settings settings = ConfFile.read(
                folder, ConfFile.MINIMUM + "groups: {g: {preset: " + preset + ", refresh: 1h, max_shrink: 0%}}");

        assertThat(ConfFile.group(settings, "g").source())
                .hasToString(urls)
                .isInstanceOfSatisfying(GroupSource.UrlList.class, list -> {
                    assertThat(list.paths()).hasToString(paths);
                    assertThat(list.refresh()).isEqualTo(Duration.ofHours(1));
                    assertThat(list.maxStale()).isEqualTo(Duration.ofDays(7));
                    assertThat(list.maxShrink()).isZero();
                });
    }

    @Test
    void readsAnUpstream() throws IOException {
        UpstreamSettings upstream =
                ConfFile.site(folder, ConfFile.LISTEN + ConfFile.RULES + """
                upstream:
                  url: "http://[::1]"
                  connect_timeout: 1ms
                  response_timeout: 1d
                  host_header: app.example.com:8080
                  origin: upstream
                  forwarded_chain: true
                  max_connections: 65535
                  keepalive: 0
                  request_buffering: chunked
                """).upstream();

        assertThat(upstream)
                .isEqualTo(new UpstreamSettings(
                        List.of(new AppUrl(false, "::1", 80)),
                        AppTls.DEFAULT,
                        Duration.ofMillis(1),
                        Duration.ofDays(1),
                        "app.example.com:8080",
                        true,
                        true,
                        65535,
                        Duration.ZERO,
                        RequestBuffering.CHUNKED,
                        AppAuthorization.KEEP,
                        List.of(),
                        null));
    }

    @ParameterizedTest(name = "{0} is {1} port {2}")
    @CsvSource(textBlock = """
            # url,                      host,         port,  authority,           origin
            http://127.0.0.1:5050,      127.0.0.1,    5050,  127.0.0.1:5050,      http://127.0.0.1:5050
            HTTP://app,                 app,          80,    app,                 http://app
            http://my_app-1.lan:1,      my_app-1.lan, 1,     my_app-1.lan:1,      http://my_app-1.lan:1
            http://[2001:DB8::1]:65535, 2001:db8::1,  65535, [2001:db8::1]:65535, http://[2001:db8::1]:65535
            https://app,                app,          443,   app,                 https://app
            https://app:80,             app,          80,    app:80,              https://app:80
            http://app:443,             app,          443,   app:443,             http://app:443
            Https://[::1]:443,          ::1,          443,   [::1],               https://[::1]
            """)
    void knowsWhereTheAppIs(String url, String host, int port, String authority, String origin) {
        AppUrl parsed = AppUrl.parse(url);

        assertThat(parsed).isEqualTo(new AppUrl(origin.startsWith("https"), host, port));
        assertThat(parsed.authority()).isEqualTo(authority);
        assertThat(parsed.origin()).isEqualTo(origin);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "upstream: [\"http://a\", \"https://b\"]",
                "upstream: {urls: [\"http://a\", \"https://b:443\"]}",
                "upstream: {urls: [\"http://a\", \"https://b\"], tls: {verify: on}}"
            })
    void readsSeveralUrlsOfOneApp(String upstream) throws IOException {
        UpstreamSettings read = ConfFile.site(folder, ConfFile.LISTEN + ConfFile.RULES + upstream)
                .upstream();

        assertThat(read.urls()).containsExactly(new AppUrl(false, "a", 80), new AppUrl(true, "b", 443));
        assertThat(read.authorities()).isEqualTo("a, b");
        assertThat(read.tls()).isEqualTo(AppTls.DEFAULT);
    }

    @Test
    void readsLocations() throws IOException {
        List<LocationSettings> locations =
                ConfFile.site(folder, ConfFile.MINIMUM + """
                locations:
                  - {path: /health, match: exact, rules: [{allow: all}], note: monitoring}
                  - {path: /static/, before_regex: true}
                  - {path: '\\.php$', match: regex, ignore_case: true, upstream: "http://127.0.0.1:9000"}
                  - {path: "/"}
                """).locations();

        assertThat(locations)
                .extracting(LocationSettings::match)
                .containsExactly(Match.EXACT, Match.PREFIX, Match.REGEX, Match.PREFIX);
        assertThat(locations).extracting(LocationSettings::path).containsExactly("/health", "/static/", "\\.php$", "/");
        assertThat(locations).extracting(LocationSettings::beforeRegex).containsExactly(false, true, false, false);
        assertThat(locations).extracting(LocationSettings::ignoreCase).containsExactly(false, false, true, false);
        assertThat(locations.get(0).rules()).hasSize(1);
        assertThat(locations.get(0).note()).isEqualTo("monitoring");
        assertThat(locations.get(0).upstream()).isNull();
        assertThat(locations.get(1).rules()).isNull();
        assertThat(locations.get(2).upstream()).isNotNull();
        assertThat(locations.get(3).setting()).isEqualTo("locations[3]");
    }

    @Test
    void readsSites() throws IOException {
        Settings settings = ConfFile.read(folder, ConfFile.MINIMUM + """
                hosts: MLflow.example.com.
                sites:
                  - hosts: [jupyter.example.com, "*.Notebooks.example.com", 192.0.2.1]
                    upstream: "http://127.0.0.1:8888"
                    rules: [{allow: 10.0.0.1}]
                    locations: [{path: /open, rules: [{allow: all}]}]
                """);

        assertThat(settings.defaultSite())
                .isNotNull()
                .satisfies(site -> assertThat(site.hosts()).containsExactly("mlflow.example.com"));
        assertThat(settings.sites()).singleElement().satisfies(site -> {
            assertThat(site.hosts()).containsExactly("jupyter.example.com", "*.notebooks.example.com", "192.0.2.1");
            assertThat(site.setting()).isEqualTo("sites[0]");
            assertThat(site.upstream().urls().get(0).port()).isEqualTo(8888);
            assertThat(site.rules().get(0).setting()).isEqualTo("sites[0].rules[0]");
            assertThat(site.locations().get(0).setting()).isEqualTo("sites[0].locations[0]");
        });
    }

    @Test
    void hasNoDefaultSiteIfThereAreOnlySites() throws IOException {
        Settings settings = ConfFile.read(folder, ConfFile.LISTEN + """
                sites:
                  - {hosts: a.example.com, upstream: "http://127.0.0.1:1", rules: [{allow: all}]}
                """);

        assertThat(settings.defaultSite()).isNull();
        assertThat(settings.sites()).hasSize(1);
    }

    @Test
    void readsLimits() throws IOException {
        LimitSettings limits = ConfFile.read(folder, ConfFile.MINIMUM + """
                limits: {request_body: 10MB, header_bytes: 1KiB, request_head_timeout: 1m30s, idle_timeout: 2h,
                         stream_idle_timeout: 7d, connections: 1, connections_per_client: 2, spool: 64KiB}
                """).limits();

        assertThat(limits)
                .isEqualTo(new LimitSettings(
                        10_000_000,
                        1024,
                        Duration.ofSeconds(90),
                        Duration.ofHours(2),
                        Duration.ofDays(7),
                        1,
                        2,
                        64 << 10));
    }

    @ParameterizedTest(name = "access_log: {0}")
    @CsvSource(quoteCharacter = '`', textBlock = """
            off,                          COMBINED, OFF,
            {to: off},                    COMBINED, OFF,
            {format: json},               JSON,     STDOUT,
            `{format: json, to: stdout}`, JSON,     STDOUT,
            {to: access.log},             COMBINED, FILE, access.log
            """)
    void writesALineARequest(String written, Format format, Target target, @Nullable String file) throws IOException {
        AccessLogSettings log = ConfFile.read(folder, ConfFile.MINIMUM + "access_log: " + written)
                .accessLog();

        assertThat(log).isEqualTo(new AccessLogSettings(format, target, file == null ? null : folder.resolve(file)));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            unlimited, -1
            1,         1
            1GiB,      1073741824
            """)
    void limitsBodies(String written, long bytes) throws IOException {
        assertThat(ConfFile.read(folder, ConfFile.MINIMUM + "limits: {request_body: " + written + "}")
                        .limits()
                        .requestBody())
                .isEqualTo(bytes);
    }

    @Test
    void reportsInsteadOfEnforcing() throws IOException {
        assertThat(ConfFile.read(folder, ConfFile.MINIMUM + "mode: report").mode())
                .isEqualTo(Mode.REPORT);
        assertThat(ConfFile.read(folder, ConfFile.MINIMUM + "mode: enforce").mode())
                .isEqualTo(Mode.ENFORCE);
    }

    @Test
    void hasAControlSocketIfAskedTo() throws IOException {
        assertThat(ConfFile.read(folder, ConfFile.MINIMUM + "control: off").control())
                .isNull();
        assertThat(ConfFile.read(folder, ConfFile.MINIMUM + "control: run/gate").control())
                .isEqualTo(folder.resolve("run/gate"));
    }
}

package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            # Host,                    name,                 port,    IP literal
            example.com,               example.com,          -1,      false
            EXAMPLE.Com,               example.com,          -1,      false
            example.com.,              example.com,          -1,      false
            example.com:8080,          example.com,          8080,    false
            example.com.:8080,         example.com,          8080,    false
            example.com:,              example.com,          -1,      false
            example.com:0,             example.com,          0,       false
            example.com:00080,         example.com,          80,      false
            example.com:65535,         example.com,          65535,   false
            localhost,                 localhost,            -1,      false
            my_app-1,                  my_app-1,             -1,      false
            xn--caf-dma.example,       xn--caf-dma.example,  -1,      false
            1.2.3,                     1.2.3,                -1,      false
            010.0.0.1,                 010.0.0.1,            -1,      false
            192.0.2.1,                 192.0.2.1,            -1,      true
            192.0.2.1:5050,            192.0.2.1,            5050,    true
            192.0.2.1.,                192.0.2.1,            -1,      true
            [::1],                     [::1],                -1,      true
            [::1]:8080,                [::1],                8080,    true
            [::1]:,                    [::1],                -1,      true
            [2001:DB8:0::7],           [2001:db8::7],        -1,      true
            """)
    void isReadWithItsPort(String text, String name, int port, boolean isIpLiteral) {
        assertThat(HostName.parse(text)).isEqualTo(new HostName(name, port, isIpLiteral));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                ":",
                ":80",
                ".example.com",
                "a..b",
                "example.com..",
                "a b",
                " a",
                "a ",
                "a\t",
                "a,b",
                "a/b",
                "a\\b",
                "a?b",
                "a#b",
                "a@b",
                "user@a:80",
                "a:b",
                "a:80:80",
                "a:-1",
                "a:+1",
                "a:65536",
                "a:123456",
                "a:8 0",
                "a%41",
                "caf\u00e9.fr",
                "\u212a.com",
                "*.a",
                "*",
                "::1",
                "2001:db8::7",
                "[]",
                "[",
                "]",
                "[::1",
                "::1]",
                "[::1]x",
                "[::1].",
                "[::1]::80",
                "[1.2.3.4]",
                "[a]",
                "[fe80::1%25eth0]",
                "[v1.a]",
                "[[::1]]",
                "a\u0000",
                "a\r\nb",
                "http://a"
            })
    void isNothingElse(String text) {
        assertThat(HostName.parse(text)).isNull();
    }

    @Test
    void isAsLongAsDnsAllows() {
        String label = "a".repeat(63);
        String longest = label + "." + label + "." + label + "." + "a".repeat(61);

        assertThat(HostName.parse(longest)).isNotNull();
        assertThat(HostName.parse(longest + "a")).isNull();
        assertThat(HostName.parse(label + "a.b")).isNull();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            localhost,          true
            LocalHost:5050,     true
            localhost.,         true
            x.localhost,        false
            localhost.x,        false
            127.0.0.1,          false
            """)
    void knowsLocalhost(String text, boolean isLocalhost) {
        assertThat(parse(text).isLocalhost()).isEqualTo(isLocalhost);
    }

    private static HostName parse(String text) {
        return Objects.requireNonNull(HostName.parse(text), text);
    }

    // Hosts

    private static final Hosts<String> HOSTS = hosts(
            "example.com",
            "*.example.com",
            "*.deep.example.com",
            "www.deep.example.com",
            "*.net",
            ".both.org",
            "*.a.both.org",
            "www.example.*",
            "www.example.co.*",
            "10.0.0.*",
            "192.0.2.1",
            "[::1]",
            "~^w\\d+\\.",
            "~^w1\\.",
            "~two\\.dev$",
            "~^CAPS\\.dev$",
            "~^\\[2001:db8:",
            "~^198\\.51\\.");

    private static Hosts<String> hosts(String... patterns) {
        return Hosts.compile(Stream.of(patterns)
                .collect(Collectors.toMap(
                        pattern -> pattern, pattern -> pattern, (one, other) -> one, LinkedHashMap::new)));
    }

    @ParameterizedTest(name = "{0} gets {1}")
    @CsvSource(nullValues = "-", textBlock = """
            # Host,                       pattern
            example.com,                  example.com
            EXAMPLE.COM.:80,              example.com
            www.example.com,              *.example.com
            a.b.c.example.com,            *.example.com
            deep.example.com,             *.example.com
            www.deep.example.com,         www.deep.example.com
            ftp.deep.example.com,         *.deep.example.com
            a.www.deep.example.com,       *.deep.example.com
            badexample.com,               -
            example.com.evil.org,         -
            net,                          -
            a.net,                        *.net
            192.0.2.1:5050,               192.0.2.1
            192.0.2.2,                    -
            [0::1]:80,                    [::1]
            [::2],                        -
            both.org,                     .both.org
            BOTH.org.:1,                  .both.org
            x.both.org,                   .both.org
            x.a.both.org,                 *.a.both.org
            a.both.org,                   .both.org
            notboth.org,                  -
            www.example.com,              *.example.com
            www.example.org,              www.example.*
            WWW.example.org.:80,          www.example.*
            www.example.co.uk,            www.example.co.*
            www.example.co,               www.example.*
            www.example.x.y.z,            www.example.*
            www.example,                  -
            www.example.net,              *.net
            a.www.example.org,            -
            10.0.0.7:80,                  10.0.0.*
            10.0.0.7.evil.org,            10.0.0.*
            10.0.1.7,                     -
            w1.dev,                       ~^w\\d+\\.
            W22.DEV.:80,                  ~^w\\d+\\.
            w1.example.com,               *.example.com
            w1.net,                       *.net
            aw1.dev,                      -
            w1,                           -
            x.two.dev,                    ~two\\.dev$
            xtwo.dev.,                    ~two\\.dev$
            two.dev:443,                  ~two\\.dev$
            two.dev.evil.org,             -
            caps.dev,                     ~^CAPS\\.dev$
            Caps.Dev,                     ~^CAPS\\.dev$
            [2001:DB8:0::7]:1,            ~^\\[2001:db8:
            198.51.100.7:80,              ~^198\\.51\\.
            """)
    void exactThenLongestWildcardInFrontThenLongestBehindThenTheFirstRegexWins(String host, @Nullable String pattern) {
        assertThat(HOSTS.find(parse(host))).isEqualTo(pattern);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "*.",
                "*.*.a",
                "a.*.b",
                "*.a.*",
                ".*",
                ".",
                "..a",
                "a*",
                "a:1.*",
                "[::1].*",
                ".192.0.2.1",
                "*a",
                "a:80",
                "a:",
                "::1",
                "*.192.0.2.1",
                "*.[::1]",
                "a b"
            })
    void aPatternIsAHostOrAStarAndAName(String pattern) {
        assertThatThrownBy(() -> Hosts.compile(Map.of(pattern, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + pattern + "\" is not a host");
    }

    @Test
    void aRegexThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Hosts.compile(Map.of("~(", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"~(\" is no regular expression of RE2: missing closing )");
    }

    @Test
    void aLeadingDotTakesTheNameAndAllBelowIt() {
        assertThatThrownBy(() -> hosts(".a.example", "a.example")).hasMessageContaining("is there twice");
        assertThatThrownBy(() -> hosts(".a.example", "*.a.example")).hasMessageContaining("is there twice");
    }

    @Test
    void aHostBelongsToOne() {
        assertThatThrownBy(() -> Hosts.compile(Map.of("a.example", "x", "A.example.", "y")))
                .hasMessageContaining("is there twice");
    }

    // Origin

    @ParameterizedTest(name = "{0} from {1}://{2}: {3}")
    @CsvSource(textBlock = """
            # Origin,                        scheme,  Host,                same?
            http://example.com,              http,    example.com,         true
            HTTP://Example.COM,              http,    example.com,         true
            http://example.com,              HTTP,    EXAMPLE.COM.,        true
            http://example.com.,             http,    example.com,         true
            http://example.com:80,           http,    example.com,         true
            http://example.com,              http,    example.com:80,      true
            http://example.com:,             http,    example.com:80,      true
            https://example.com,             https,   example.com:443,     true
            https://example.com:443,         https,   example.com,         true
            http://example.com:5050,         http,    example.com:5050,    true
            http://192.0.2.1:5050,           http,    192.0.2.1:5050,      true
            http://[::1]:5050,               http,    [0::1]:5050,         true
            http://example.com:443,          http,    example.com,         false
            https://example.com:80,          https,   example.com,         false
            http://example.com,              https,   example.com,         false
            https://example.com,             http,    example.com,         false
            http://example.com:5051,         http,    example.com:5050,    false
            http://example.com,              http,    example.com:5050,    false
            http://evil.org,                 http,    example.com,         false
            http://example.com.evil.org,     http,    example.com,         false
            http://www.example.com,          http,    example.com,         false
            http://example.com/,             http,    example.com,         false
            http://example.com@evil.org,     http,    evil.org,            false
            http://user@example.com,         http,    example.com,         false
            'http://example.com http://example.com', http, example.com,    false
            http:example.com,                http,    example.com,         false
            http:/example.com,               http,    example.com,         false
            http,                            http,    example.com,         false
            ://example.com,                  http,    example.com,         false
            example.com,                     http,    example.com,         false
            null,                            http,    null,                false
            '',                              http,    example.com,         false
            '',                              http,    '',                  false
            http://,                         http,    '',                  false
            http://exa mple.com,             http,    exa mple.com,        false
            """)
    void originIsWhatTheClientUsed(String origin, String scheme, String host, boolean same) {
        assertThat(HostName.sameOrigin(origin, scheme, host)).isEqualTo(same);
    }

    @Test
    void noTextIsTooStrange() {
        long seed = 20261123;
        Random random = new Random(seed);
        List<String> scraps = List.of(
                "[", "]", ":", "::1", ".", "a", "A-_", "80", "192.0.2.1", "*", " ", "\u0000", "\u00df", "%", "@");
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(8); n > 0; n--) {
                text.append(scraps.get(random.nextInt(scraps.size())));
            }
            HostName host = HostName.parse(text.toString());
            if (host != null) {
                assertThat(HostName.parse(host.name()))
                        .as("%s, seed %d", text, seed)
                        .isNotNull();
                assertThat(parse(host.name()).name())
                        .as("%s, seed %d", text, seed)
                        .isEqualTo(host.name());
                assertThat(host.name()).as("%s, seed %d", text, seed).matches("[a-z0-9._:\\[\\]-]+");
            }
        }
    }
}

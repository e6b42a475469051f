package dev.ipgate.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules of the client's address, one table each. In the tables, 10.0.0.0/8 and 2001:db8:a::/48 are trusted, {@code |}
 * stands between the lines of a header, and {@code refused} is no address.
 */
class ClientAddressesTest {

    static final AddressSet PROXIES = AddressSet.of(
            Stream.of("10.0.0.0/8", "2001:db8:a::/48").map(IpRange::parse).toList());

    private static ClientAddresses with(String header) {
        return new ClientAddresses(PROXIES, header, true, false, false);
    }

    private static ClientAddresses keeping(String header) {
        return new ClientAddresses(PROXIES, header, true, true, false);
    }

    private static ClientAddress find(ClientAddresses rules, String peer, String header, @Nullable String lines) {
        return rules.find(IpAddress.parse(peer), sending(header, lines));
    }

    static ClientAddresses.Headers sending(String header, @Nullable String lines) {
        List<String> values = lines == null
                ? List.of()
                : Arrays.stream(lines.split("\\|", -1)).toList();
        return name -> name.toLowerCase(Locale.ROOT).equals(header.toLowerCase(Locale.ROOT)) ? values : null;
    }

    static String shown(ClientAddress client) {
        return client.address() == null ? "refused" : client.address().toString();
    }

    private static String via(ClientAddress client) {
        return client.via().stream().map(IpAddress::toString).collect(Collectors.joining(" "));
    }

    // Rule 1

    @ParameterizedTest(name = "{0} sending {1}")
    @CsvSource(textBlock = """
            # peer,            X-Forwarded-For
            203.0.113.7,
            203.0.113.7,       198.51.100.1
            203.0.113.7,       10.0.0.1
            203.0.113.7,       nonsense
            203.0.113.7,       ''
            11.0.0.0,          198.51.100.1
            9.255.255.255,     198.51.100.1
            2001:db8:b::1,     198.51.100.1
            127.0.0.1,
            ::1,
            """)
    void whoIsNotTrustedIsTheClientHimself(String peer, @Nullable String header) {
        ClientAddress client = find(with("X-Forwarded-For"), peer, "X-Forwarded-For", header);

        assertThat(shown(client)).isEqualTo(peer);
        assertThat(client.via()).isEmpty();
        assertThat(client.reason())
                .isEqualTo(
                        header == null
                                ? "the peer"
                                : "the peer; X-Forwarded-For is ignored because the peer is not a trusted proxy");
    }

    // Rule 2

    @ParameterizedTest(name = "{0} → {1} via {2}")
    @CsvSource(nullValues = "-", textBlock = """
            # X-Forwarded-For from 10.0.0.1,           client,          via
            -,                                         10.0.0.1,        ''
            '',                                        10.0.0.1,        ''
            ' ',                                       10.0.0.1,        ''
            ',',                                       10.0.0.1,        ''
            ', ,|,|',                                  10.0.0.1,        ''
            198.51.100.9,                              198.51.100.9,    ''
            '198.51.100.9, 203.0.113.7',               203.0.113.7,     ''
            '203.0.113.7, 10.0.0.2',                   203.0.113.7,     10.0.0.2
            '203.0.113.7, 10.0.0.3, 10.0.0.2',         203.0.113.7,     10.0.0.3 10.0.0.2
            '198.51.100.9,203.0.113.7,10.0.0.2',       203.0.113.7,     10.0.0.2
            '203.0.113.7,2001:db8:a::5,10.0.0.2',      203.0.113.7,     2001:db8:a::5 10.0.0.2
            '10.0.0.2',                                10.0.0.2,        ''
            '10.0.0.4, 10.0.0.3, 10.0.0.2',            10.0.0.4,        10.0.0.3 10.0.0.2
            '198.51.100.9|203.0.113.7',                203.0.113.7,     ''
            '203.0.113.7|10.0.0.2',                    203.0.113.7,     10.0.0.2
            '198.51.100.9, 203.0.113.7|10.0.0.3|10.0.0.2', 203.0.113.7, 10.0.0.3 10.0.0.2
            '203.0.113.7||10.0.0.2|',                  203.0.113.7,     10.0.0.2
            ',,203.0.113.7,, ,10.0.0.2,',              203.0.113.7,     10.0.0.2
            '	203.0.113.7 ,	10.0.0.2	',                 203.0.113.7,     10.0.0.2
            'nonsense, 203.0.113.7',                   203.0.113.7,     ''
            '"unbalanced, 203.0.113.7',                203.0.113.7,     ''
            """)
    void theFirstHopFromTheRightThatIsNotTrustedIsTheClient(@Nullable String header, String expected, String via) {
        ClientAddress client = find(with("X-Forwarded-For"), "10.0.0.1", "x-forwarded-for", header);

        assertThat(shown(client)).isEqualTo(expected);
        assertThat(via(client)).isEqualTo(via);
        assertThat(client.peer()).isEqualTo(IpAddress.parse("10.0.0.1"));
    }

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(textBlock = """
            # X-Forwarded-For,                  client
            '203.0.113.7, 10.0.0.2',            10.0.0.2
            '203.0.113.7, 198.51.100.9',        198.51.100.9
            'nonsense, 198.51.100.9, ',         198.51.100.9
            '203.0.113.7|10.0.0.2|',            10.0.0.2
            '203.0.113.7, nonsense',            refused
            """)
    void withoutRecursionTheLastHopIsTheClient(String header, String expected) {
        ClientAddresses lastOnly = new ClientAddresses(PROXIES, "X-Forwarded-For", false, false, false);

        ClientAddress client = find(lastOnly, "10.0.0.1", "X-Forwarded-For", header);

        assertThat(shown(client)).isEqualTo(expected);
        assertThat(client.via()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE"})
    void withHeaderNoneThePeerIsTheClientWhateverItSends(String none) {
        ClientAddress client = with(none).find(IpAddress.parse("10.0.0.1"), name -> List.of("203.0.113.7"));

        assertThat(shown(client)).isEqualTo("10.0.0.1");
        assertThat(client.reason()).isEqualTo("the peer");
    }

    @Test
    void everyAnswerSaysHowItWasFound() {
        ClientAddresses rules = with("X-Forwarded-For");

        assertThat(find(rules, "10.0.0.1", "X-Forwarded-For", "203.0.113.7, 10.0.0.2")
                        .reason())
                .isEqualTo("the last hop of X-Forwarded-For that is not a trusted proxy");
        assertThat(find(rules, "10.0.0.1", "X-Forwarded-For", "10.0.0.3, 10.0.0.2")
                        .reason())
                .isEqualTo("the first hop of X-Forwarded-For, as all are trusted proxies");
        assertThat(find(with("X-Real-IP"), "10.0.0.1", "X-Real-IP", "203.0.113.7")
                        .reason())
                .isEqualTo("the address in X-Real-IP");
    }

    // Rule 3

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            # hop,                          address
            203.0.113.7,                    203.0.113.7
            203.0.113.7:1,                  203.0.113.7
            203.0.113.7:0,                  203.0.113.7
            203.0.113.7:65535,              203.0.113.7
            203.0.113.7:00080,              203.0.113.7
            2001:db8::7,                    2001:db8::7
            2001:DB8:0:0::7,                2001:db8::7
            ::,                             ::
            [2001:db8::7],                  2001:db8::7
            [2001:db8::7]:443,              2001:db8::7
            ::ffff:203.0.113.7,             203.0.113.7
            [::ffff:203.0.113.7]:443,       203.0.113.7
            [::ffff:cb00:7107],             203.0.113.7
            0.0.0.0,                        0.0.0.0
            255.255.255.255,                255.255.255.255
            """)
    void aHopMayHaveBracketsAndAPort(String hop, String expected) {
        assertThat(shown(find(with("X-Forwarded-For"), "10.0.0.1", "X-Forwarded-For", hop)))
                .isEqualTo(expected);
        assertThat(shown(find(with("X-Real-IP"), "10.0.0.1", "X-Real-IP", hop))).isEqualTo(expected);
        String node = hop.startsWith("[") || !hop.contains("::") ? hop : "[" + hop + "]";
        assertThat(shown(find(with("Forwarded"), "10.0.0.1", "Forwarded", "for=\"" + node + "\"")))
                .isEqualTo(expected);
    }

    @Test
    void aMappedHopIsTrustedAsItsIpv4Address() {
        ClientAddress client =
                find(with("X-Forwarded-For"), "::ffff:10.0.0.1", "X-Forwarded-For", "203.0.113.7, ::ffff:10.0.0.2");

        assertThat(shown(client)).isEqualTo("203.0.113.7");
    }

    // Rule 4

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "unknown",
                "_hidden",
                "-",
                "localhost",
                "example.com",
                "010.0.0.1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "0x7f.0.0.1",
                "0x7f000001",
                "2130706433",
                "1.2.3.4/32",
                "1.2.3.4:",
                "1.2.3.4:65536",
                "1.2.3.4:000080",
                "1.2.3.4:8a",
                "1.2.3.4:+80",
                "1.2.3.4 :80",
                "1.2.3.4: 80",
                "1.2.3.4;",
                "1.2.3.4 5.6.7.8",
                "[1.2.3.4]",
                "[1.2.3.4]:80",
                "[::1",
                "::1]",
                "[]",
                "[",
                "]",
                "[]:80",
                ":",
                ":80",
                "::1:",
                ":::1",
                "[::1]80",
                "[::1]:",
                "[::1]:70000",
                "[::1]:1:2",
                "[[::1]]",
                "fe80::1%eth0",
                "[fe80::1%25eth0]",
                "\"1.2.3.4\"",
                "1.2.3.4\u0000",
                "\u06611.2.3.4",
                "1\uff0e2.3.4",
                "::ffff:1.2.3",
                "12345::",
                "1:2:3:4:5:6:7:8:9",
                "\u00a01.2.3.4"
            })
    void aHopThatIsAnythingElseRefusesTheRequest(String hop) {
        ClientAddresses rules = with("X-Forwarded-For");

        ClientAddress client = find(rules, "10.0.0.1", "X-Forwarded-For", "203.0.113.7, " + hop + ", 10.0.0.2");

        assertThat(shown(client)).isEqualTo("refused");
        assertThat(client.via()).isEmpty();
        assertThat(client.reason()).endsWith(" in X-Forwarded-For has no address");
        assertThat(shown(find(with("X-Real-IP"), "10.0.0.1", "X-Real-IP", hop))).isEqualTo("refused");
        assertThat(shown(find(keeping("X-Forwarded-For"), "10.0.0.1", "X-Forwarded-For", "203.0.113.7, " + hop)))
                .isEqualTo("10.0.0.1");
    }

    @ParameterizedTest(name = "{0} → {1} via {2}")
    @CsvSource(textBlock = """
            # X-Forwarded-For,                       client,         via
            'nonsense',                              10.0.0.1,       ''
            '203.0.113.7, nonsense',                 10.0.0.1,       ''
            '203.0.113.7, nonsense, 10.0.0.2',       10.0.0.2,       ''
            'nonsense, 10.0.0.3, 10.0.0.2',          10.0.0.3,       10.0.0.2
            'nonsense|10.0.0.2',                     10.0.0.2,       ''
            'nonsense, 203.0.113.7, 10.0.0.2',       203.0.113.7,    10.0.0.2
            """)
    void keepTakesTheLastGoodHopAndElseThePeer(String header, String expected, String via) {
        ClientAddress client = find(keeping("X-Forwarded-For"), "10.0.0.1", "X-Forwarded-For", header);

        assertThat(shown(client)).isEqualTo(expected);
        assertThat(via(client)).isEqualTo(via);
    }

    @Test
    void onlySixtyFourHopsAreRead() {
        String trusted = ", 10.0.0.2".repeat(63);
        ClientAddresses rules = with("X-Forwarded-For");

        assertThat(shown(find(rules, "10.0.0.1", "X-Forwarded-For", "nonsense, 203.0.113.7" + trusted)))
                .isEqualTo("203.0.113.7");
        assertThat(find(rules, "10.0.0.1", "X-Forwarded-For", "203.0.113.7, 10.0.0.2" + trusted))
                .isEqualTo(ClientAddress.refused(IpAddress.parse("10.0.0.1"), "X-Forwarded-For has more than 64 hops"));
        assertThat(shown(find(rules, "10.0.0.1", "X-Forwarded-For", "10.0.0.3" + ", ,".repeat(100) + trusted)))
                .as("64 hops, and empty elements, which are none")
                .isEqualTo("10.0.0.3");
        assertThat(shown(find(
                        keeping("X-Forwarded-For"), "10.0.0.1", "X-Forwarded-For", "203.0.113.7, 10.0.0.9" + trusted)))
                .isEqualTo("10.0.0.9");
        assertThat(shown(
                        find(rules, "10.0.0.1", "X-Forwarded-For", "10.1.1.1,".repeat(1000) + "203.0.113.7" + trusted)))
                .as("hops that the walk does not reach are not counted")
                .isEqualTo("203.0.113.7");
    }

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(nullValues = "-", textBlock = """
            # X-Real-IP,                     client
            -,                               10.0.0.1
            '',                              10.0.0.1
            ' 	',                            10.0.0.1
            ' 203.0.113.7	',                203.0.113.7
            10.0.0.2,                        10.0.0.2
            '203.0.113.7, 10.0.0.2',         refused
            '203.0.113.7,',                  refused
            ',',                             refused
            '203.0.113.7|203.0.113.7',       refused
            '|203.0.113.7',                  refused
            '|',                             refused
            unknown,                         refused
            """)
    void aHeaderForOneAddressHoldsExactlyOne(@Nullable String value, String expected) {
        for (String header : List.of("X-Real-IP", "CF-Connecting-IP", "True-Client-IP")) {
            assertThat(shown(find(with(header), "10.0.0.1", header, value))).isEqualTo(expected);
            assertThat(shown(find(keeping(header), "10.0.0.1", header, value)))
                    .isEqualTo(expected.equals("refused") ? "10.0.0.1" : expected);
        }
    }

    @ParameterizedTest(name = "from {0} in {1}")
    @CsvSource(textBlock = """
            # peer,             header
            127.0.0.1,          X-Forwarded-For
            127.255.255.255,    Forwarded
            ::1,                X-Real-IP
            ::ffff:127.0.0.1,   CF-Connecting-IP
            127.0.0.1,          Via
            127.0.0.1,          via
            """)
    void anUnnamedProxyOnThisMachineIsRefused(String peer, String header) {
        for (String value : List.of("203.0.113.7", "", "nonsense")) {
            for (String configured : List.of("X-Forwarded-For", "X-Real-IP", "none")) {
                ClientAddress client = find(with(configured), peer, header, value);

                assertThat(shown(client)).isEqualTo("refused");
                assertThat(client.reason())
                        .contains("a proxy on this machine forwards to us; name it in client_address.trusted_proxies")
                        .contains(IpAddress.parse(peer).toString());
            }
        }
    }

    @Test
    void aProxyOnThisMachineIsNotRefusedIfItIsTrustedOrIgnoredOrElsewhere() {
        ClientAddresses trusting = new ClientAddresses(
                AddressSet.of(List.of(IpRange.parse("127.0.0.1"))), "X-Forwarded-For", true, false, false);
        ClientAddresses ignoring = new ClientAddresses(AddressSet.EMPTY, "X-Forwarded-For", true, false, true);

        assertThat(shown(find(trusting, "127.0.0.1", "X-Forwarded-For", "203.0.113.7")))
                .isEqualTo("203.0.113.7");
        assertThat(shown(find(trusting, "127.0.0.1", "Via", "1.1 proxy"))).isEqualTo("127.0.0.1");
        assertThat(shown(find(trusting, "127.0.0.2", "Via", "1.1 proxy"))).isEqualTo("refused");
        assertThat(shown(find(ignoring, "127.0.0.1", "X-Forwarded-For", "203.0.113.7")))
                .isEqualTo("127.0.0.1");
        assertThat(shown(find(with("X-Forwarded-For"), "203.0.113.7", "Via", "1.1 proxy")))
                .isEqualTo("203.0.113.7");
        assertThat(shown(find(with("X-Forwarded-For"), "127.0.0.1", "Accept", "*/*")))
                .isEqualTo("127.0.0.1");
    }

    @Test
    void aReasonShowsAStrangersTextHarmlesslyAndCutShort() {
        ClientAddresses rules = with("X-Forwarded-For");

        assertThat(find(rules, "10.0.0.1", "X-Forwarded-For", "a\r\n\u001b[2J\"\\\u20ac")
                        .reason())
                .isEqualTo("\"a\\u000d\\u000a\\u001b[2J\\\"\\\\\\u20ac\" in X-Forwarded-For has no address");
        assertThat(find(rules, "10.0.0.1", "X-Forwarded-For", "x".repeat(64)).reason())
                .startsWith("\"" + "x".repeat(64) + "\" in");
        assertThat(find(rules, "10.0.0.1", "X-Forwarded-For", "x".repeat(100_000))
                        .reason())
                .startsWith("\"" + "x".repeat(64) + "\"... in");
    }
}

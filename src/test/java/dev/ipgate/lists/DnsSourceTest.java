package dev.ipgate.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.config.GroupSource;
import dev.ipgate.net.AddressSet;
import dev.ipgate.testing.DnsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Rcode;

/** Names looked up at a server that says what is told. */
@Timeout(60)
class DnsSourceTest {

    private static final String HOME = "home.test";
    private static final Duration PATIENCE = Duration.ofSeconds(20); // for a busy machine; nothing waits for it
    private static final Duration SOON = Duration.ofMillis(200); // where it is to run out

    private DnsServer server;

    @BeforeEach
    void start() throws IOException {
        server = DnsServer.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Reading read() throws SourceException {
        return read(128, false, PATIENCE, server.address());
    }

    private static Reading read(int ipv6Prefix, boolean allowPrivate, Duration patience, InetSocketAddress... servers)
            throws SourceException {
        GroupSource.DnsName settings = new GroupSource.DnsName(
                HOME, Duration.ofSeconds(60), Duration.ofHours(24), ipv6Prefix, allowPrivate, List.of(servers));
        return new DnsSource(settings, patience).read();
    }

    private static String text(AddressSet addresses) {
        List<String> texts = new ArrayList<>();
        addresses.forEach(range -> texts.add(range.toString()));
        return String.join(" ", texts);
    }

    @Test
    void anAnswerHasTheAddressesOfBothFamilies() throws SourceException {
        server.says(
                HOME,
                "home.test. 300 IN A 203.0.113.7",
                "home.test. 300 IN A 203.0.113.9",
                "home.test. 90 IN AAAA 2001:db8::7");

        Reading reading = read();

        assertThat(text(reading.addresses())).isEqualTo("203.0.113.7 203.0.113.9 2001:db8::7");
        assertThat(reading.goodFor()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void oneFamilyIsEnough() throws SourceException {
        server.says(HOME, "home.test. 0 IN AAAA 2001:db8::7");

        assertThat(text(read().addresses())).isEqualTo("2001:db8::7");
        assertThat(read().goodFor()).as("however little the TTL").isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void ipv6CanBeWidened() throws SourceException {
        server.says(HOME, "home.test. 60 IN A 203.0.113.7", "home.test. 60 IN AAAA 2001:db8:1:2:3:4:5:6");

        assertThat(text(read(64, false, PATIENCE, server.address()).addresses()))
                .isEqualTo("203.0.113.7 2001:db8:1:2::-2001:db8:1:2:ffff:ffff:ffff:ffff");
    }

    @Test
    void aliasesAreFollowedInOneAnswerAndOverSeveral() throws SourceException {
        server.says(HOME, "home.test. 300 IN CNAME dyn.test.", "dyn.test. 20 IN CNAME box.test.");
        server.says("box.test", "box.test. 300 IN A 203.0.113.7");

        Reading reading = read();

        assertThat(text(reading.addresses())).isEqualTo("203.0.113.7");
        assertThat(reading.goodFor()).isEqualTo(Duration.ofSeconds(20));
    }

    /** A stranger's record in the answer is none of this name's. */
    @Test
    void whatWasNotAskedForIsLeftAside() throws SourceException {
        server.says(HOME, "home.test. 60 IN A 203.0.113.7", "evil.test. 60 IN A 198.51.100.1");

        assertThat(text(read().addresses())).isEqualTo("203.0.113.7");
    }

    @Test
    void aLongAnswerComesOverTcp() throws SourceException {
        String[] records = IntStream.range(0, 100)
                .mapToObj(i -> "home.test. 60 IN A 203.0.113." + 2 * i)
                .toArray(String[]::new);
        server.saysOverTcp(HOME, "A", records).saysTo(HOME, "AAAA");

        assertThat(read().addresses().size()).isEqualTo(100);
        assertThat(server.overTcp()).isEqualTo(1);
    }

    @Test
    void anotherServerIsAskedWhereOneFails() throws IOException {
        try (DnsServer other = DnsServer.start()) {
            server.fails(HOME, "A", Rcode.SERVFAIL).fails(HOME, "AAAA", Rcode.REFUSED);
            other.says(HOME, "home.test. 60 IN A 203.0.113.7");

            assertThat(text(read(128, false, PATIENCE, server.address(), other.address())
                            .addresses()))
                    .isEqualTo("203.0.113.7");
        }
    }

    @Test
    void thereMayBeNoSuchName() {
        assertThatThrownBy(this::read)
                .isInstanceOf(SourceException.class)
                .hasMessage("home.test cannot be looked up: there is no name home.test");
    }

    @Test
    void aNameMayHaveNoAddress() {
        server.says(HOME);

        assertThatThrownBy(this::read).hasMessage("home.test has no address");
    }

    @Test
    void anAliasMayLeadNowhere() {
        server.says(HOME, "home.test. 300 IN CNAME gone.test.");

        assertThatThrownBy(this::read).hasMessage("home.test cannot be looked up: there is no name gone.test");
    }

    @Test
    void aliasesMayGoRoundInCircles() {
        server.says(HOME, "home.test. 300 IN CNAME b.test.");
        server.says("b.test", "b.test. 300 IN CNAME home.test.");

        assertThatThrownBy(this::read)
                .hasMessage("home.test cannot be looked up: it is an alias of an alias, and so on");
    }

    @Test
    void aliasesMayNeverEnd() {
        server.says(HOME, "home.test. 300 IN CNAME a0.test.");
        for (int i = 0; i < 50; i++) {
            server.says("a" + i + ".test", "a" + i + ".test. 300 IN CNAME a" + (i + 1) + ".test.");
        }

        assertThatThrownBy(this::read)
                .hasMessage("home.test cannot be looked up: it is an alias of an alias, and so on");
        assertThat(server.questions()).isLessThan(20);
    }

    /** To take half an answer would shut out whoever comes by the other family. */
    @Test
    void aFamilyThatCannotBeHadFailsTheReading() {
        server.says(HOME, "home.test. 60 IN A 203.0.113.7").fails(HOME, "AAAA", Rcode.SERVFAIL);

        assertThatThrownBy(this::read)
                .hasMessage("home.test cannot be looked up (AAAA): the DNS server 127.0.0.1 port "
                        + server.address().getPort() + " says SERVFAIL");
    }

    @Test
    void aServerThatNeverAnswersIsNotWaitedForForEver() {
        server.isSilent(HOME, "A");

        assertThatThrownBy(() -> read(128, false, SOON, server.address()))
                .hasMessage("home.test cannot be looked up (A): the DNS server 127.0.0.1 port "
                        + server.address().getPort() + " does not answer");
        assertThat(server.questions()).as("a datagram may get lost").isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "127.0.0.1",
                "192.168.1.1",
                "172.31.255.255",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "255.255.255.255"
            })
    void anAddressOfNoInternetIsRefusedWithTheWholeAnswer(String address) throws SourceException {
        server.says(HOME, "home.test. 60 IN A 203.0.113.7", "home.test. 60 IN A " + address);

        assertThatThrownBy(this::read)
                .hasMessage("home.test stands for " + address
                        + ", which is no address of the Internet; write allow_private: true if that is meant");
        assertThat(read(128, true, PATIENCE, server.address()).addresses().size())
                .isEqualTo(2);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            ::1,                 ::1
            ::,                  ::
            fe80::1,             fe80::1
            fd00::1,             fd00::1
            ff02::1,             ff02::1
            ::ffff:10.0.0.1,     10.0.0.1
            """)
    void soIsOneOfIpv6(String address, String named) {
        server.says(HOME, "home.test. 60 IN AAAA " + address);

        assertThatThrownBy(this::read).hasMessageStartingWith("home.test stands for " + named + ", which is no");
    }

    @Test
    void thereAreNotTooManyAddresses() {
        String[] records = IntStream.range(0, 257)
                .mapToObj(i -> "home.test. 60 IN A 203.0." + i / 100 + "." + i % 100)
                .toArray(String[]::new);
        server.saysOverTcp(HOME, "A", records).saysTo(HOME, "AAAA");

        assertThatThrownBy(this::read).hasMessage("home.test has more than 256 addresses");
    }
}

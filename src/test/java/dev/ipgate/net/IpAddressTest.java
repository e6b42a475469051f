package dev.ipgate.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

    private static final long SEED = 20261123;

    @ParameterizedTest(name = "\"{0}\" is written {1}")
    @CsvSource(textBlock = """
            # IPv4
            0.0.0.0,                                        0.0.0.0
            0.0.0.1,                                        0.0.0.1
            1.2.3.4,                                        1.2.3.4
            9.10.99.100,                                    9.10.99.100
            10.0.0.0,                                       10.0.0.0
            127.0.0.1,                                      127.0.0.1
            192.0.2.255,                                    192.0.2.255
            249.250.254.255,                                249.250.254.255
            255.255.255.255,                                255.255.255.255
            # RFC 5952 section 1 and 2: one address, many texts
            2001:db8:0:0:1:0:0:1,                           2001:db8::1:0:0:1
            2001:0db8:0:0:1:0:0:1,                          2001:db8::1:0:0:1
            2001:db8::1:0:0:1,                              2001:db8::1:0:0:1
            2001:db8::0:1:0:0:1,                            2001:db8::1:0:0:1
            2001:0db8::1:0:0:1,                             2001:db8::1:0:0:1
            2001:db8:0:0:1::1,                              2001:db8::1:0:0:1
            2001:db8:0000:0:1::1,                           2001:db8::1:0:0:1
            2001:DB8:0:0:1::1,                              2001:db8::1:0:0:1
            2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001,         2001:db8:aaaa:bbbb:cccc:dddd:eeee:1
            2001:db8:aaaa:bbbb:cccc:dddd:eeee:001,          2001:db8:aaaa:bbbb:cccc:dddd:eeee:1
            2001:db8:aaaa:bbbb:cccc:dddd:eeee:01,           2001:db8:aaaa:bbbb:cccc:dddd:eeee:1
            2001:db8:aaaa:bbbb:cccc:dddd::1,                2001:db8:aaaa:bbbb:cccc:dddd:0:1
            2001:db8:0:0:0::1,                              2001:db8::1
            2001:db8:0:0::1,                                2001:db8::1
            2001:db8:0::1,                                  2001:db8::1
            2001:db8::aaaa:0:0:1,                           2001:db8::aaaa:0:0:1
            2001:db8:0:0:aaaa::1,                           2001:db8::aaaa:0:0:1
            2001:db8:aaaa:bbbb:cccc:dddd:eeee:AaAa,         2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa
            # section 4.2.2: a single group of zeros stays; 4.2.3: the longest run, then the first
            2001:db8:0:1:1:1:1:1,                           2001:db8:0:1:1:1:1:1
            2001:db8::1:1:1:1:1,                            2001:db8:0:1:1:1:1:1
            2001:0:0:1:0:0:0:1,                             2001:0:0:1::1
            0:0:1:0:0:0:0:1,                                0:0:1::1
            1:0:0:0:0:1:0:0,                                1::1:0:0
            # gaps at each place
            ::,                                             ::
            0:0:0:0:0:0:0:0,                                ::
            ::0,                                            ::
            0::,                                            ::
            ::1,                                            ::1
            1::,                                            1::
            1::8,                                           1::8
            ::2:3:4:5:6:7:8,                                0:2:3:4:5:6:7:8
            1::3:4:5:6:7:8,                                 1:0:3:4:5:6:7:8
            1:2::4:5:6:7:8,                                 1:2:0:4:5:6:7:8
            1:2:3::5:6:7:8,                                 1:2:3:0:5:6:7:8
            1:2:3:4::6:7:8,                                 1:2:3:4:0:6:7:8
            1:2:3:4:5::7:8,                                 1:2:3:4:5:0:7:8
            1:2:3:4:5:6::8,                                 1:2:3:4:5:6:0:8
            1:2:3:4:5:6:7::,                                1:2:3:4:5:6:7:0
            1:2:3:4:5:6:7:8,                                1:2:3:4:5:6:7:8
            1:2:3:4::,                                      1:2:3:4::
            1:2:3:4:5::,                                    1:2:3:4:5::
            ::4:5:6:7:8,                                    ::4:5:6:7:8
            1:2::7:8,                                       1:2::7:8
            fe80::1,                                        fe80::1
            ff02::1:ff00:0,                                 ff02::1:ff00:0
            ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,        ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
            FFFF:ffff:FFFF:ffff:FFFF:ffff:FFFF:ffff,        ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
            # the last 32 bits in decimal (RFC 4291 section 2.2, form 3)
            ::1.2.3.4,                                      ::102:304
            ::13.1.68.3,                                    ::d01:4403
            64:ff9b::192.0.2.33,                            64:ff9b::c000:221
            1:2:3:4:5:6:1.2.3.4,                            1:2:3:4:5:6:102:304
            1:2:3:4:5::1.2.3.4,                             1:2:3:4:5:0:102:304
            ::2:3:4:5:6:1.2.3.4,                            0:2:3:4:5:6:102:304
            # IPv4-mapped is IPv4 (RFC 4291 section 2.5.5.2), its neighbours are not
            ::ffff:1.2.3.4,                                 1.2.3.4
            ::FFFF:1.2.3.4,                                 1.2.3.4
            ::ffff:102:304,                                 1.2.3.4
            0:0:0:0:0:ffff:102:304,                         1.2.3.4
            0000:0000:0000:0000:0000:ffff:255.255.255.255,  255.255.255.255
            ::ffff:0:0,                                     0.0.0.0
            ::ffff:ffff:ffff,                               255.255.255.255
            ::fffe:1.2.3.4,                                 ::fffe:102:304
            ::1:0:1.2.3.4,                                  ::1:0:102:304
            ::ffff:0:1.2.3.4,                               ::ffff:0:102:304
            1::ffff:1.2.3.4,                                1::ffff:102:304
            """)
    void isReadInEveryFormAndWrittenInOne(String text, String canonical) {
        IpAddress address = IpAddress.parse(text);

        assertThat(address).hasToString(canonical);
        assertThat(IpAddress.parse(canonical)).isEqualTo(address).hasSameHashCodeAs(address);
        assertThat(address.isIpv4()).isEqualTo(!canonical.contains(":"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "..",
                "...",
                "0",
                "1",
                "1.",
                "1.2",
                "1.2.",
                "1.2.3",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "1.2.3.4.",
                ".1.2.3.4",
                "1.2.3.4.5",
                "1.2.3..4",
                "1,2,3,4",
                "1.2.3.4,",
                "1.2.3.4, 5.6.7.8",
                "256.0.0.0",
                "0.256.0.0",
                "0.0.256.0",
                "0.0.0.256",
                "999.0.0.0",
                "1.2.3.1000",
                "4294967297.0.0.1",
                "010.0.0.1",
                "0.0.0.00",
                "00.0.0.0",
                "1.2.3.04",
                "1.2.03.4",
                "1.02.3.4",
                "000.0.0.0",
                "1.2.3.007",
                "0x7f.0.0.1",
                "0x7f000001",
                "2130706433",
                "017700000001",
                "1.2.3.0x4",
                "1.2.3.a",
                "a.b.c.d",
                "-1.2.3.4",
                "+1.2.3.4",
                "1.-2.3.4",
                "1.2.3.+4",
                "1e1.2.3.4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "1. 2.3.4",
                "\t1.2.3.4",
                "1.2.3.4\n",
                "1.2.3.4\0",
                "1.2.3.4\r\n",
                "1.2.3.4/32",
                "1.2.3.4:80",
                "1.2.3.4%eth0",
                "[1.2.3.4]",
                "1.2.3.4]",
                "localhost",
                "example.com",
                "unknown",
                "_hidden",
                "all",
                "none",
                "١.٢.٣.٤",
                "1.2.3.４",
                "１.2.3.4",
                "1。2。3。4",
                "²1.2.3.4",
                "1.2.3.٤",
                ":",
                ":::",
                "::::",
                ":1",
                "1:",
                ":1:",
                "1:2",
                "::1:",
                ":1::",
                "1:::2",
                ":::1",
                "1:::",
                "1::2::3",
                "::1::",
                "::::1",
                "1::2:",
                ":1::2",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                ":2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:8:",
                ":1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1:2:3:4::5:6:7:8",
                "1::2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7::8",
                "12345::",
                "::12345",
                "00001::",
                "::00001",
                "1:2:3:4:5:6:7:00008",
                "g::",
                "::g",
                "::-1",
                "::+1",
                "::0x1",
                "1 ::",
                ":: 1",
                " ::",
                ":: ",
                "::1\n",
                "::1\0",
                "::１",
                "::а",
                "::ａ",
                "::@",
                "::`",
                "::G",
                "::1%0",
                "::1%eth0",
                "fe80::1%1",
                "%",
                "::%",
                "[::1]",
                "[::]",
                "[::1",
                "::1]",
                "[::1]:80",
                "::1/128",
                "::1.2.3",
                "::1.2.3.4.5",
                "::1.2.3.4:5",
                "1.2.3.4::",
                "1.2.3.4::1",
                "::1.2.3.4::",
                "::1.2.3.256",
                "::01.2.3.4",
                "::ffff:010.0.0.1",
                "::ffff:1.2.3",
                "::ffff:1.2.3.",
                "::ffff:.1.2.3",
                "::ffff:0x1.2.3.4",
                "1:2:3:4:5:6:7:1.2.3.4",
                "1:2:3:4:5:1.2.3.4",
                "1:2:3:4:5:6:7:8:1.2.3.4",
                "::2:3:4:5:6:7:1.2.3.4",
                "1:2:3:4:5:6::1.2.3.4",
                "::a.2.3.4",
                "::1a.2.3.4",
                "::ffff:1.2.3.4.",
                "::ffff.1.2.3",
                "0000:0000:0000:0000:0000:ffff:255.255.255.2555",
                "00000:0000:0000:0000:0000:ffff:255.255.255.255",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffff",
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:",
                "1.2.3.4.in-addr.arpa",
                "1::2.example",
                "::.",
                "::.1.2.3",
                "::1.",
                ".::",
                "1.:2",
                "dead.beef",
                "dead:beef"
            })
    void isRefusedIfAnythingElseIsWritten(String text) {
        assertThat(IpAddress.parse(text, 0, text.length())).isNull();
        assertThatThrownBy(() -> IpAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # text       | message
            ''           | an address is missing
            010.0.0.1    | "010.0.0.1" has an octet with a leading zero, which some programs read as octal; did you mean 10.0.0.1?
            1.2.3.256    | "1.2.3.256" has an octet over 255
            1.2.3        | "1.2.3" is not an IP address: IPv4 has four octets
            1.2.3.4.5    | "1.2.3.4.5" is not an IP address: IPv4 has four octets
            2130706433   | "2130706433" is not an IP address: IPv4 has four octets
            fe80::1%eth0 | "fe80::1%eth0" has a zone id; write the address without it
            [::1]        | "[::1]" has brackets; write the address without them
            [::1]:80     | "[::1]:80" has a port; write the address without it
            1.2.3.4:80   | "1.2.3.4:80" has a port; write the address without it
            1.2.3.4/32   | "1.2.3.4/32" is a block; write one address
            1:::2        | "1:::2" is not an IP address
            example.com  | "example.com" is not an IP address
            """)
    void aRefusalSaysWhatWouldHaveBeenRight(String text, String message) {
        assertThatThrownBy(() -> IpAddress.parse(text)).hasMessage(message);
    }

    @Test
    void aRefusalShowsNeitherControlCharactersNorPages() {
        assertThatThrownBy(() -> IpAddress.parse("1.2.3.4\r\n[evil"))
                .hasMessage("\"1.2.3.4??[evil\" is not an IP address");
        assertThatThrownBy(() -> IpAddress.parse("x".repeat(100_000)))
                .hasMessage("\"" + "x".repeat(100) + "…\" is not an IP address");
    }

    @Test
    void isReadFromThePartOfATextThatIsNamed() {
        String text = "for=1.2.3.4, ::1;";

        assertThat(IpAddress.parse(text, 4, 11)).hasToString("1.2.3.4");
        assertThat(IpAddress.parse(text, 13, 16)).hasToString("::1");
        assertThat(IpAddress.parse(text, 4, 12)).isNull();
        assertThat(IpAddress.parse(text, 4, 4)).isNull();
        assertThat(IpAddress.parse(CharBuffer.wrap(text), 4, 11)).hasToString("1.2.3.4");
    }

    @Test
    void agreesWithTheJdkOnAddressesMadeOfBytes() throws UnknownHostException {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            if (bytes.length == 16) { // runs of zeros, long and short
                int from = random.nextInt(16);
                Arrays.fill(bytes, from, from + random.nextInt(17 - from), (byte) 0);
            }
            InetAddress jdk = InetAddress.getByAddress(bytes);
            IpAddress address = IpAddress.of(bytes);

            assertThat(IpAddress.of(jdk)).as("%s, seed %d", jdk, SEED).isEqualTo(address);
            assertThat(IpAddress.parse(jdk.getHostAddress()))
                    .as("%s, seed %d", jdk, SEED)
                    .isEqualTo(address);
            assertThat(IpAddress.parse(address.toString()))
                    .as("%s, seed %d", jdk, SEED)
                    .isEqualTo(address);
            assertThat(address.isLoopback()).as("%s, seed %d", jdk, SEED).isEqualTo(jdk.isLoopbackAddress());
            assertThat(address.isIpv4()).as("%s, seed %d", jdk, SEED).isEqualTo(bytes.length == 4);
        }
    }

    @Test
    void sixteenBytesOfAMappedAddressAreItsIpv4Address() {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 1, 2, 3, 4};

        assertThat(IpAddress.of(mapped)).isEqualTo(IpAddress.parse("1.2.3.4"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5, 15, 17})
    void otherNumbersOfBytesAreRefused(int count) {
        assertThatThrownBy(() -> IpAddress.of(new byte[count]))
                .hasMessage("an address has 4 or 16 bytes, not " + count);
    }

    @ParameterizedTest(name = "{0}: loopback {1}, unspecified {2}")
    @CsvSource(textBlock = """
            127.0.0.0,        true,  false
            127.0.0.1,        true,  false
            127.255.255.255,  true,  false
            ::ffff:127.0.0.1, true,  false
            ::1,              true,  false
            126.255.255.255,  false, false
            128.0.0.0,        false, false
            ::2,              false, false
            ::127.0.0.1,      false, false
            1::1,             false, false
            0.0.0.0,          false, true
            ::,               false, true
            ::ffff:0.0.0.0,   false, true
            0.0.0.1,          false, false
            1::,              false, false
            """)
    void knowsLoopbackAndUnspecified(String text, boolean loopback, boolean unspecified) {
        assertThat(IpAddress.parse(text).isLoopback()).isEqualTo(loopback);
        assertThat(IpAddress.parse(text).isUnspecified()).isEqualTo(unspecified);
    }

    @Test
    void isOrderedAsAnUnsignedNumber() {
        List<IpAddress> ascending = new ArrayList<>(List.of(
                IpAddress.parse("::"),
                IpAddress.parse("::fffe:ffff:ffff"),
                IpAddress.parse("0.0.0.0"),
                IpAddress.parse("127.255.255.255"),
                IpAddress.parse("128.0.0.0"),
                IpAddress.parse("255.255.255.255"),
                IpAddress.parse("::1:0:0:0"),
                IpAddress.parse("0:0:0:0:ffff::"),
                IpAddress.parse("0:0:0:1::"),
                IpAddress.parse("7fff::"),
                IpAddress.parse("8000::"),
                IpAddress.parse("ffff::")));
        List<IpAddress> shuffled = new ArrayList<>(ascending);
        Collections.shuffle(shuffled, new Random(SEED));
        Collections.sort(shuffled);

        assertThat(shuffled).isEqualTo(ascending);
    }

    @Test
    void isTheAddressThatJavaHas() throws UnknownHostException {
        long seed = 11;
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0);
            }
            InetAddress expected = InetAddress.getByAddress(bytes); // a mapped address is IPv4 to Java, too
            assertThat(IpAddress.of(bytes).toInetAddress()).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "{0} is of {1}")
    @CsvSource(textBlock = """
            192.0.2.1,                  192.0.2.1
            ::ffff:192.0.2.1,           192.0.2.1
            2001:db8::1,                2001:db8::
            2001:db8::,                 2001:db8::
            2001:db8:1:2:3:4:5:6,       2001:db8:1:2::
            ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ffff:ffff:ffff:ffff::
            ::1,                        ::
            """)
    void ipv6IsCountedByThe64(String address, String subnet) {
        assertThat(IpAddress.parse(address).subnet64()).isEqualTo(IpAddress.parse(subnet));
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1:80", "::, [::]:80", "0:0:0:0:0:0:0:1, [::1]:80", "::ffff:1.2.3.4, 1.2.3.4:80"})
    void goesBeforeAPortAsInAUrl(String address, String expected) {
        assertThat(IpAddress.parse(address).withPort(80)).isEqualTo(expected);
    }
}

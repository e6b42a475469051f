package dev.ipgate.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.client.ProxyHeader.Origin;
import dev.ipgate.net.IpAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is a PROXY header, whose connection it announces, and where it ends. */
class ProxyHeaderTest {

    private static final long SEED = 20261125;

    /** The header at the beginning of these bytes, which has to be the same however many of them have arrived. */
    private static ProxyHeader whole(byte[] bytes) throws MalformedProxyHeaderException {
        ProxyHeader header = Objects.requireNonNull(ProxyHeader.find(bytes, bytes.length));
        for (int count = 0; count < bytes.length; count++) {
            ProxyHeader early = ProxyHeader.find(Arrays.copyOf(bytes, count), count);
            if (count < header.length()) {
                assertThat(early).as("after %d bytes", count).isNull();
            } else {
                assertThat(early).as("after %d bytes", count).isEqualTo(header);
            }
        }
        return header;
    }

    /** What is wrong with it, which has to be noticed in the end and to stay wrong, whatever else arrives. */
    private static String mistake(byte[] bytes) {
        String first = null;
        for (int count = 0; count <= bytes.length; count++) {
            try {
                assertThat(ProxyHeader.find(Arrays.copyOf(bytes, count), count)).isNull();
                assertThat(first).as("right again after %d bytes", count).isNull();
            } catch (MalformedProxyHeaderException e) {
                first = first == null ? e.getMessage() : first;
            }
        }
        return String.valueOf(first);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # line                                                  | origin  | source
            PROXY TCP4 203.0.113.7 192.0.2.1 50000 443              | CLIENT  | 203.0.113.7
            PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535  | CLIENT  | 255.255.255.255
            PROXY TCP4 0.0.0.0 0.0.0.0 0 0                          | CLIENT  | 0.0.0.0
            PROXY TCP6 2001:db8::7 2001:db8::1 50000 443            | CLIENT  | 2001:db8::7
            PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2                   | CLIENT  | 203.0.113.7
            PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535 | CLIENT | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
            PROXY UNKNOWN                                           | NOWHERE |
            PROXY UNKNOWN what ever                                 | NOWHERE |
            PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535 | NOWHERE |
            """)
    void readsTheLineOfVersion1(String line, Origin origin, @Nullable String source) throws Exception {
        byte[] bytes = (line + "\r\nGET / HTTP/1.1\r\n").getBytes(ISO_8859_1);

        ProxyHeader header = whole(bytes);

        assertThat(header.origin()).isEqualTo(origin);
        assertThat(header.source()).isEqualTo(source == null ? null : IpAddress.parse(source));
        assertThat(header.length()).isEqualTo(line.length() + 2);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, quoteCharacter = '`', textBlock = """
            GET / HTTP/1.1\\r\\n|it does not begin as a PROXY header does
            proxy TCP4 203.0.113.7 192.0.2.1 1 2\\r\\n|it does not begin as a PROXY header does
             PROXY TCP4 203.0.113.7 192.0.2.1 1 2\\r\\n|it does not begin as a PROXY header does
            PROXY\\r\\n|it does not begin as a PROXY header does
            PROXY\tTCP4 203.0.113.7 192.0.2.1 1 2\\r\\n|it does not begin as a PROXY header does
            PROXY \\r\\n|its protocol is none of TCP4, TCP6 and UNKNOWN
            PROXY  TCP4 203.0.113.7 192.0.2.1 1 2\\r\\n|its protocol is none of TCP4, TCP6 and UNKNOWN
            PROXY TCP5 203.0.113.7 192.0.2.1 1 2\\r\\n|its protocol is none of TCP4, TCP6 and UNKNOWN
            PROXY UDP4 203.0.113.7 192.0.2.1 1 2\\r\\n|its protocol is none of TCP4, TCP6 and UNKNOWN
            PROXY tcp4 203.0.113.7 192.0.2.1 1 2\\r\\n|its protocol is none of TCP4, TCP6 and UNKNOWN
            PROXY UNKNOWNS\\r\\n|its protocol is none of TCP4, TCP6 and UNKNOWN
            PROXY TCP4\\r\\n|its line has not two addresses and two ports
            PROXY TCP4 203.0.113.7 192.0.2.1 1\\r\\n|its line has not two addresses and two ports
            PROXY TCP4 203.0.113.7 192.0.2.1 1 2 3\\r\\n|its line has not two addresses and two ports
            PROXY TCP4 203.0.113.7 192.0.2.1 1 2 \\r\\n|its line has not two addresses and two ports
            PROXY TCP4 203.0.113.7  192.0.2.1 1 2\\r\\n|its line has not two addresses and two ports
            PROXY TCP4 203.0.113.07 192.0.2.1 1 2\\r\\n|an address is malformed
            PROXY TCP4 203.0.113.256 192.0.2.1 1 2\\r\\n|an address is malformed
            PROXY TCP4 203.0.113.7 gate 1 2\\r\\n|an address is malformed
            PROXY TCP4 2001:db8::7 2001:db8::1 1 2\\r\\n|an address is malformed
            PROXY TCP4 ::ffff:203.0.113.7 192.0.2.1 1 2\\r\\n|an address is malformed
            PROXY TCP6 203.0.113.7 192.0.2.1 1 2\\r\\n|an address is malformed
            PROXY TCP6 fe80::1%eth0 2001:db8::1 1 2\\r\\n|an address is malformed
            PROXY TCP6 [2001:db8::7] 2001:db8::1 1 2\\r\\n|an address is malformed
            PROXY TCP4 203.0.113.7 192.0.2.1 65536 2\\r\\n|a port is malformed
            PROXY TCP4 203.0.113.7 192.0.2.1 1 02\\r\\n|a port is malformed
            PROXY TCP4 203.0.113.7 192.0.2.1 -1 2\\r\\n|a port is malformed
            PROXY TCP4 203.0.113.7 192.0.2.1 1 2\\n|its line ends without CR LF
            PROXY TCP4 203.0.113.7 192.0.2.1 1 2\\r \\r\\n|its line ends without CR LF
            PROXY UNKNOWN\\n|its line ends without CR LF
            """)
    void refusesEveryOtherLine(String line, String mistake) {
        byte[] bytes = line.replace("\\r", "\r").replace("\\n", "\n").getBytes(ISO_8859_1);

        assertThat(mistake(bytes)).isEqualTo(mistake);
    }

    @Test
    void aLineHas107BytesAtMost() throws Exception {
        String longest = "PROXY UNKNOWN " + "x".repeat(107 - 14 - 2) + "\r\n";

        assertThat(whole(longest.getBytes(ISO_8859_1)).length()).isEqualTo(107);
        assertThat(mistake(longest.replace("xx", "xxx").getBytes(ISO_8859_1)))
                .isEqualTo("its line is longer than 107 bytes");
        assertThat(mistake(("PROXY " + "x".repeat(1000)).getBytes(ISO_8859_1)))
                .isEqualTo("its line is longer than 107 bytes");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            203.0.113.7,
            2001:db8::7,
            203.0.113.7,  03000400000000
            2001:db8::7,  030004
            203.0.113.7,  ffffffffffffffffffff
            """)
    void readsTheAddressOfVersion2AndSkipsWhatIsAppended(String client, @Nullable String appended) throws Exception {
        byte[] more = appended == null ? new byte[0] : HexFormat.of().parseHex(appended);
        int family = client.indexOf(':') < 0 ? ProxyHeaders.TCP4 : ProxyHeaders.TCP6;
        byte[] bytes = ProxyHeaders.version2(ProxyHeaders.PROXY, family, ProxyHeaders.addresses(client, more));

        ProxyHeader header = whole(Arrays.copyOf(bytes, bytes.length + 3));

        assertThat(header).isEqualTo(new ProxyHeader(Origin.CLIENT, IpAddress.parse(client), bytes.length));
    }

    @Test
    void foldsAMappedAddress() throws Exception {
        byte[] addresses = new byte[36];
        addresses[10] = addresses[11] = (byte) 0xFF;
        addresses[12] = (byte) 203;
        addresses[15] = 7;

        assertThat(whole(ProxyHeaders.version2(ProxyHeaders.PROXY, ProxyHeaders.TCP6, addresses))
                        .source())
                .hasToString("203.0.0.7");
    }

    @ParameterizedTest(name = "command {0}, family {1}, {2} bytes: {3}")
    @CsvSource(textBlock = """
            # command, family, bytes, origin
            0x21,      0x00,   0,     NOWHERE
            0x21,      0x00,   100,   NOWHERE
            0x21,      0x31,   216,   NOWHERE
            0x21,      0x31,   300,   NOWHERE
            0x20,      0x00,   0,     BALANCER
            0x20,      0x11,   12,    BALANCER
            0x20,      0x11,   3,     BALANCER
            0x20,      0xFF,   50,    BALANCER
            0x20,      0x00,   4080,  BALANCER
            """)
    void readsWhatHasNoAddress(int command, int family, int bytes, Origin origin) throws Exception {
        ProxyHeader header = whole(ProxyHeaders.version2(command, family, new byte[bytes]));

        assertThat(header).isEqualTo(new ProxyHeader(origin, null, 16 + bytes));
    }

    @ParameterizedTest(name = "command {0}, family {1}, {2} bytes: {3}")
    @CsvSource(textBlock = """
            # command, family, bytes, mistake
            0x11,      0x11,   12,    its version is not 2
            0x31,      0x11,   12,    its version is not 2
            0x01,      0x11,   12,    its version is not 2
            0x22,      0x11,   12,    its command is neither LOCAL nor PROXY
            0x2F,      0x11,   12,    its command is neither LOCAL nor PROXY
            0x21,      0x12,   12,    its family is not that of a stream
            0x21,      0x22,   36,    its family is not that of a stream
            0x21,      0x32,   216,   its family is not that of a stream
            0x21,      0x10,   12,    its family is not that of a stream
            0x21,      0x01,   12,    its family is not that of a stream
            0x21,      0x41,   36,    its family is not that of a stream
            0x21,      0x11,   11,    it is too short for its addresses
            0x21,      0x11,   0,     it is too short for its addresses
            0x21,      0x21,   35,    it is too short for its addresses
            0x21,      0x31,   215,   it is too short for its addresses
            0x21,      0x11,   4081,  it is longer than 4096 bytes
            0x21,      0x11,   65535, it is longer than 4096 bytes
            0x20,      0x00,   4081,  it is longer than 4096 bytes
            """)
    void refusesEveryOtherVersion2(int command, int family, int bytes, String mistake) {
        assertThat(mistake(ProxyHeaders.version2(command, family, new byte[bytes])))
                .isEqualTo(mistake);
    }

    @Test
    void refusesAnotherSignatureAtItsFirstWrongByte() {
        for (int i = 0; i < 12; i++) {
            byte[] bytes = ProxyHeaders.SIGNATURE.clone();
            bytes[i] ^= 1;
            int count = i + 1;
            assertThatThrownBy(() -> ProxyHeader.find(bytes, count))
                    .as("byte %d", i)
                    .isInstanceOf(MalformedProxyHeaderException.class);
        }
    }

    static List<Integer> rounds() {
        return List.of(1, 2, 3, 4);
    }

    /** Whatever a generator makes is read back, at every split; whatever is flipped in it is never read as more than it is. */
    @ParameterizedTest
    @MethodSource("rounds")
    void readsBackWhatWasWritten(int round) throws Exception {
        Random random = new Random(SEED + round);
        for (int i = 0; i < 500; i++) {
            String client = random.nextBoolean()
                    ? IpAddress.of(bytes(random, 4)).toString()
                    : IpAddress.of(bytes(random, 16)).toString();
            boolean dotted = client.indexOf(':') < 0;
            byte[] written = random.nextBoolean()
                    ? ("PROXY " + (dotted ? "TCP4 " : "TCP6 ") + client + (dotted ? " 192.0.2.1 " : " ::1 ")
                                    + random.nextInt(65536) + " 443\r\n")
                            .getBytes(ISO_8859_1)
                    : ProxyHeaders.version2(
                            ProxyHeaders.PROXY,
                            dotted ? ProxyHeaders.TCP4 : ProxyHeaders.TCP6,
                            ProxyHeaders.addresses(client, bytes(random, random.nextInt(40))));
            byte[] arrived = Arrays.copyOf(written, written.length + random.nextInt(20));

            ProxyHeader header = whole(arrived);

            assertThat(header)
                    .as("seed %d, case %d", SEED + round, i)
                    .isEqualTo(new ProxyHeader(Origin.CLIENT, IpAddress.parse(client), written.length));
            arrived[random.nextInt(arrived.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                ProxyHeader flipped = ProxyHeader.find(arrived, arrived.length);
                assertThat(flipped == null || flipped.length() <= arrived.length)
                        .isTrue();
                assertThat(flipped == null || (flipped.source() != null) == (flipped.origin() == Origin.CLIENT))
                        .isTrue();
            } catch (MalformedProxyHeaderException e) {
                assertThat(e).hasMessageNotContaining(client);
            }
        }
    }

    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}

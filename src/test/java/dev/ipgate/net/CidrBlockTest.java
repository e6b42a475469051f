package dev.ipgate.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import org.apache.commons.net.util.SubnetUtils;
import org.apache.commons.net.util.SubnetUtils.SubnetInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidrBlockTest {

    private static final long SEED = 4632;

    @ParameterizedTest(name = "{0} is {1}: {2} to {3}")
    @CsvSource(textBlock = """
            # text,                block,            first,         last
            10.0.0.0/8,            10.0.0.0/8,       10.0.0.0,      10.255.255.255
            0.0.0.0/0,             0.0.0.0/0,        0.0.0.0,       255.255.255.255
            0.0.0.0/1,             0.0.0.0/1,        0.0.0.0,       127.255.255.255
            128.0.0.0/1,           128.0.0.0/1,      128.0.0.0,     255.255.255.255
            192.0.2.6/31,          192.0.2.6/31,     192.0.2.6,     192.0.2.7
            192.0.2.7/32,          192.0.2.7/32,     192.0.2.7,     192.0.2.7
            192.0.2.7,             192.0.2.7/32,     192.0.2.7,     192.0.2.7
            2001:DB8::/32,         2001:db8::/32,    2001:db8::,    2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
            ::/0,                  ::/0,             ::,            ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
            ::1/128,               ::1/128,          ::1,           ::1
            ::1,                   ::1/128,          ::1,           ::1
            1:2:3:4::/64,          1:2:3:4::/64,     1:2:3:4::,     1:2:3:4:ffff:ffff:ffff:ffff
            1:2:3:4::/63,          1:2:3:4::/63,     1:2:3:4::,     1:2:3:5:ffff:ffff:ffff:ffff
            1:2:3:4:8000::/65,     1:2:3:4:8000::/65, 1:2:3:4:8000::, 1:2:3:4:ffff:ffff:ffff:ffff
            # mapped blocks are IPv4 from /96 on
            ::ffff:0:0/96,         0.0.0.0/0,        0.0.0.0,       255.255.255.255
            ::ffff:10.0.0.0/104,   10.0.0.0/8,       10.0.0.0,      10.255.255.255
            ::ffff:10.0.0.1/128,   10.0.0.1/32,      10.0.0.1,      10.0.0.1
            ::ffff:10.0.0.1,       10.0.0.1/32,      10.0.0.1,      10.0.0.1
            # shorter ones hold IPv6 only, so one that ends among the mapped ends before them
            ::/80,                 ::/80,            ::,            ::fffe:ffff:ffff
            ::fffe:0:0/95,         ::fffe:0:0/95,    ::fffe:0:0,    ::fffe:ffff:ffff
            ::/79,                 ::/79,            ::,            ::1:ffff:ffff:ffff
            """)
    void isReadWithItsFirstAndLastAddress(String text, String block, String first, String last) {
        CidrBlock parsed = CidrBlock.parse(text);

        assertThat(parsed).hasToString(block);
        assertThat(parsed.range()).isEqualTo(new IpRange(IpAddress.parse(first), IpAddress.parse(last)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # text                  | message
            10.0.0.1/8              | "10.0.0.1/8" has host bits set; did you mean 10.0.0.0/8?
            2001:DB8::1/32          | "2001:DB8::1/32" has host bits set; did you mean 2001:db8::/32?
            ::ffff:10.0.0.1/104     | "::ffff:10.0.0.1/104" has host bits set; did you mean 10.0.0.0/8?
            0.0.0.1/0               | "0.0.0.1/0" has host bits set; did you mean 0.0.0.0/0?
            1.2.3.4/33              | "1.2.3.4/33" has a prefix length outside 0 to 32
            1.2.3.4/1000            | "1.2.3.4/1000" has a prefix length outside 0 to 32
            ::1/129                 | "::1/129" has a prefix length outside 0 to 128
            ::ffff:1.2.3.4/129      | "::ffff:1.2.3.4/129" has a prefix length outside 0 to 128
            ::ffff:1.2.3.4/24       | "::ffff:1.2.3.4/24" is a block of IPv4-mapped addresses shorter than /96; write the IPv4 and the IPv6 block that you mean
            1.2.3.4/                | "1.2.3.4/" has no decimal prefix length after the slash
            1.2.3.0/024             | "1.2.3.0/024" has no decimal prefix length after the slash
            0.0.0.0/00              | "0.0.0.0/00" has no decimal prefix length after the slash
            1.2.3.0/-1              | "1.2.3.0/-1" has no decimal prefix length after the slash
            1.2.3.0/+24             | "1.2.3.0/+24" has no decimal prefix length after the slash
            1.2.3.0/2x              | "1.2.3.0/2x" has no decimal prefix length after the slash
            1.2.3.0/٢٤              | "1.2.3.0/٢٤" has no decimal prefix length after the slash
            1.2.3.0/24/24           | "1.2.3.0/24/24" has no decimal prefix length after the slash
            10.1.0.0/255.255.0.0    | "10.1.0.0/255.255.0.0" has a netmask; did you mean 10.1.0.0/16?
            10.1.2.3/255.255.0.0    | "10.1.2.3/255.255.0.0" has a netmask; did you mean 10.1.0.0/16?
            10.1.0.0/0.0.255.255    | "10.1.0.0/0.0.255.255" has a netmask; write a prefix length, such as /24
            /8                      | "/8" has no address before "/"
            10/8                    | "10/8" is not an IP address: IPv4 has four octets
            010.0.0.0/8             | "010.0.0.0/8" has an octet with a leading zero, which some programs read as octal; did you mean 10.0.0.0/8?
            [::1]/128               | "[::1]/128" has brackets; write the address without them
            fe80::%eth0/64          | "fe80::%eth0/64" has a zone id; write the address without it
            """)
    void aRefusalNamesTheTextAsWrittenAndTheWayOut(String text, String message) {
        assertThatThrownBy(() -> CidrBlock.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            10.1.2.3/8,           10.0.0.0/8
            1.2.3.4/0,            0.0.0.0/0
            1.2.3.4/31,           1.2.3.4/31
            1.2.3.5/31,           1.2.3.4/31
            1.2.3.5,              1.2.3.5/32
            2001:db8::1/32,       2001:db8::/32
            ffff::ffff/65,        ffff::/65
            ::ffff:10.1.2.3/104,  10.0.0.0/8
            """)
    void hostBitsAreMaskedWhereNginxMasksThem(String text, String block) {
        assertThat(CidrBlock.parseMasking(text)).hasToString(block);
    }

    @Test
    void agreesWithBigIntegersForEveryPrefixLength() {
        Random random = new Random(SEED);
        for (int bits : new int[] {32, 128}) {
            for (int prefixLength = 0; prefixLength <= bits; prefixLength++) {
                for (int i = 0; i < 50; i++) {
                    BigInteger number = new BigInteger(bits, random);
                    BigInteger hosts =
                            BigInteger.ONE.shiftLeft(bits - prefixLength).subtract(BigInteger.ONE);
                    IpAddress first = address(number.andNot(hosts), bits);
                    IpAddress last = address(number.or(hosts), bits);
                    String text = address(number, bits) + "/" + prefixLength;

                    CidrBlock block = CidrBlock.parseMasking(text);

                    assertThat(block).as("%s, seed %d", text, SEED).isEqualTo(new CidrBlock(first, prefixLength));
                    assertThat(block).isEqualTo(CidrBlock.parse(block.toString()));
                    if (!(bits == 128 && (first.isIpv4() || last.isIpv4()))) { // see the table above
                        assertThat(block.range()).as("%s, seed %d", text, SEED).isEqualTo(new IpRange(first, last));
                    }
                }
            }
        }
    }

    @Test
    void agreesWithCommonsNetForEveryIpv4PrefixLength() {
        Random random = new Random(SEED);
        for (int prefixLength = 1; prefixLength <= 32; prefixLength++) { // it reads /0 as /32
            for (int i = 0; i < 100; i++) {
                byte[] bytes = new byte[4];
                random.nextBytes(bytes);
                String text = IpAddress.of(bytes) + "/" + prefixLength;
                SubnetUtils oracle = new SubnetUtils(text);
                oracle.setInclusiveHostCount(true);
                SubnetInfo expected = oracle.getInfo();

                IpRange range = CidrBlock.parseMasking(text).range();

                assertThat(range.first()).as("%s, seed %d", text, SEED).hasToString(expected.getLowAddress());
                assertThat(range.last()).as("%s, seed %d", text, SEED).hasToString(expected.getHighAddress());
            }
        }
    }

    @Test
    void cannotBeMadeWithHostBitsOrAnImpossibleLength() {
        IpAddress address = IpAddress.parse("10.0.0.1");

        assertThatThrownBy(() -> new CidrBlock(address, 8)).hasMessageContaining("did you mean 10.0.0.0/8?");
        assertThatThrownBy(() -> new CidrBlock(address, 33)).hasMessageContaining("outside 0 to 32");
        assertThatThrownBy(() -> new CidrBlock(address, -1)).hasMessageContaining("outside 0 to 32");
    }

    private static IpAddress address(BigInteger number, int bits) {
        byte[] bytes = new byte[bits / 8];
        byte[] digits = number.toByteArray();
        int count = Math.min(digits.length, bytes.length);
        System.arraycopy(digits, digits.length - count, bytes, bytes.length - count, count);
        return IpAddress.of(bytes);
    }
}

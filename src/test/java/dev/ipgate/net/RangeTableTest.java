package dev.ipgate.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeTableTest {

    private static final long SEED = 16;
    private static final int MILLION = 1_000_000;

    @ParameterizedTest(name = "{0} is held by {1}")
    @CsvSource(textBlock = """
            # address,        sets as bits: 1 is 10.0.0.0/8 and ::/0, 2 is 10.1.0.0/16, 4 is 0.0.0.0/1
            0.0.0.0,          4
            9.255.255.255,    4
            10.0.0.0,         5
            10.0.255.255,     5
            10.1.0.0,         7
            10.1.255.255,     7
            10.2.0.0,         5
            10.255.255.255,   5
            11.0.0.0,         4
            127.255.255.255,  4
            128.0.0.0,        0
            255.255.255.255,  0
            ::,               1
            ffff::,           1
            ::ffff:10.1.0.0,  7
            """)
    void everyAddressHasTheNumberOfTheSetsThatHoldIt(String address, int number) {
        RangeTable table = table(List.of("10.0.0.0/8 ::/0", "10.1.0.0/16", "0.0.0.0/1"));

        assertThat(table.get(IpAddress.parse(address))).isEqualTo(number);
    }

    @Test
    void withoutSetsThereIsOneNumber() {
        RangeTable table = RangeTable.flatten(List.of(), places -> 7);

        assertThat(table.get(IpAddress.parse("1.2.3.4"))).isEqualTo(7);
        assertThat(table.get(IpAddress.parse("::"))).isEqualTo(7);
        assertThat(table.get(IpAddress.parse("ffff::"))).isEqualTo(7);
    }

    @ParameterizedTest(name = "the first with {0} is {1}")
    @CsvSource(nullValues = "none", textBlock = """
            0, 0.0.0.0
            1, 10.0.0.0
            2, ::1
            3, none
            """)
    void tellsTheFirstAddressWithANumber(int number, String first) {
        RangeTable table = table(List.of("10.0.0.0/8 1::", "::1"));

        assertThat(Objects.toString(table.firstWith(number), null)).isEqualTo(first);
    }

    @ParameterizedTest(name = "within {0}: {1}")
    @CsvSource(textBlock = """
            '',                    []
            9.0.0.0/8,             [0]
            10.0.0.0/8,            '[1, 3]'
            10.0.0.0/16,           [1]
            10.1.2.3,              [3]
            10.1.255.255-10.2.0.0, '[1, 3]'
            0.0.0.0/0,             '[0, 1, 3]'
            0.0.0.0/0 ::/0,        '[0, 1, 3, 4]'
            """)
    void tellsTheNumbersWithinASet(String set, String numbers) {
        RangeTable table = table(List.of("10.0.0.0/8", "10.1.0.0/16", "::/1"));

        Set<Integer> found = new TreeSet<>();
        table.forEachWithin(AddressSet.of(Samples.parse(set)), found::add);
        assertThat(found).hasToString(numbers);
    }

    @Test
    void numbersBeyondSixteenBitsAreKept() {
        List<AddressSet> sets = new ArrayList<>();
        for (int i = 0; i < 70_000; i++) {
            IpAddress address = IpAddress.of(0, IpAddress.MAPPED + 2L * i);
            sets.add(AddressSet.of(List.of(new IpRange(address, address))));
        }
        RangeTable table = RangeTable.flatten(sets, places -> places.isEmpty() ? 0 : places.first() + 1);

        for (int i = 0; i < 70_000; i++) {
            assertThat(table.get(IpAddress.of(0, IpAddress.MAPPED + 2L * i))).isEqualTo(i + 1);
            assertThat(table.get(IpAddress.of(0, IpAddress.MAPPED + 2L * i + 1)))
                    .isZero();
        }
    }

    @ParameterizedTest(name = "{0}/{1}: at most {2} bytes")
    @CsvSource(textBlock = """
            # bytes of an address, prefix length, bytes for each of a million
            4,                     24,            24
            4,                     32,            24
            16,                    48,            56
            16,                    64,            56
            16,                    128,           56
            """)
    void aMillionPrefixesTakeFewBytesEach(int bytes, int prefixLength, long most) {
        Random random = new Random(SEED);
        AddressSet.Builder builder = AddressSet.builder();
        for (int i = 0; i < MILLION; i++) {
            byte[] address = new byte[bytes];
            random.nextBytes(address);
            Arrays.fill(address, prefixLength / 8, bytes, (byte) 0);
            builder.add(new CidrBlock(IpAddress.of(address), prefixLength).range());
        }
        AddressSet set = builder.build();
        RangeTable table = RangeTable.flatten(List.of(set), places -> places.isEmpty() ? 0 : 1);

        assertThat(set.size()).isGreaterThan(MILLION * 9 / 10);
        assertThat(table.byteSize()).isLessThanOrEqualTo(most * MILLION);
        assertThat(set.byteSize()).isLessThan(table.byteSize());
    }

    private static RangeTable table(List<String> sets) {
        return RangeTable.flatten(
                sets.stream().map(Samples::parse).map(AddressSet::of).toList(),
                places -> places.stream().mapToInt(place -> 1 << place).sum());
    }
}

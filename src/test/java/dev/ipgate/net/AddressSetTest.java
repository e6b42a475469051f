package dev.ipgate.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressSetTest {

    private static final long SEED = 42;

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            # ranges,                                        merged, IPv4 first
            '',                                              ''
            10.0.0.1,                                        10.0.0.1
            10.0.0.1 10.0.0.1,                               10.0.0.1
            10.0.0.1 10.0.0.2,                               10.0.0.1-10.0.0.2
            10.0.0.1 10.0.0.3,                               10.0.0.1 10.0.0.3
            10.0.0.3 10.0.0.1 10.0.0.2,                      10.0.0.1-10.0.0.3
            10.0.0.0/9 10.128.0.0/9,                         10.0.0.0-10.255.255.255
            10.0.0.0/8 10.1.0.0/16 10.2.0.0/16,              10.0.0.0-10.255.255.255
            10.1.0.0/16 10.0.0.0/8,                          10.0.0.0-10.255.255.255
            10.0.0.1-10.0.0.5 10.0.0.3-10.0.0.9,             10.0.0.1-10.0.0.9
            0.0.0.0,                                         0.0.0.0
            255.255.255.255,                                 255.255.255.255
            0.0.0.0/0,                                       0.0.0.0-255.255.255.255
            0.0.0.0/0 255.255.255.255,                       0.0.0.0-255.255.255.255
            128.0.0.0/1 255.0.0.0/8 0.0.0.0/1,               0.0.0.0-255.255.255.255
            128.0.0.0/1 127.255.255.255,                     127.255.255.255-255.255.255.255
            ::1 ::2 ::4,                                     ::1-::2 ::4
            1::/64 1:0:0:1::/64,                             1::-1::1:ffff:ffff:ffff:ffff
            ::1 10.0.0.1,                                    10.0.0.1 ::1
            ::ffff:10.0.0.1 10.0.0.2,                        10.0.0.1-10.0.0.2
            ffff::/16,                                       ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
            # the mapped addresses are IPv4's, so they part an IPv6 range
            ::/0,                                            ::-::fffe:ffff:ffff ::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
            ::/80,                                           ::-::fffe:ffff:ffff
            ::/80 ::1:0:0:0/80,                              ::-::fffe:ffff:ffff ::1:0:0:0-::1:ffff:ffff:ffff
            """)
    void mergesRangesThatOverlapOrTouch(String ranges, String merged) {
        AddressSet set = set(ranges);

        List<String> texts = new ArrayList<>();
        set.forEach(range -> texts.add(range.toString()));
        assertThat(String.join(" ", texts)).isEqualTo(merged);
        assertThat(set.size()).isEqualTo(texts.size());
        assertThat(set.isEmpty()).isEqualTo(merged.isEmpty());
    }

    @ParameterizedTest(name = "{0} holds {1}: {2}")
    @CsvSource(textBlock = """
            # set,                             address,          held
            '',                                0.0.0.0,          false
            '',                                ::,               false
            10.0.0.0/8,                        9.255.255.255,    false
            10.0.0.0/8,                        10.0.0.0,         true
            10.0.0.0/8,                        10.255.255.255,   true
            10.0.0.0/8,                        11.0.0.0,         false
            10.0.0.0/8,                        ::ffff:10.1.1.1,  true
            10.0.0.0/8,                        ::10.1.1.1,       false
            10.0.0.0/8,                        a00::,            false
            0.0.0.0/0,                         0.0.0.0,          true
            0.0.0.0/0,                         255.255.255.255,  true
            0.0.0.0/0,                         ::,               false
            ::/0,                              ::,               true
            ::/0,                              1.2.3.4,          false
            ::/0,                              ::fffe:ffff:ffff, true
            ::/0,                              ::1:0:0:0,        true
            a00::/8,                           10.0.0.0,         false
            1:2:3:4::/64,                      1:2:3:3:ffff:ffff:ffff:ffff, false
            1:2:3:4::/64,                      1:2:3:4::,        true
            1:2:3:4::/64,                      1:2:3:4:ffff:ffff:ffff:ffff, true
            1:2:3:4::/64,                      1:2:3:5::,        false
            1:2:3:4:5:6:7:8,                   1:2:3:4:5:6:7:7,  false
            1:2:3:4:5:6:7:8,                   1:2:3:4:5:6:7:8,  true
            1:2:3:4:5:6:7:8,                   1:2:3:4:5:6:7:9,  false
            """)
    void holdsBothEndsOfARangeAndNothingOutside(String ranges, String address, boolean held) {
        assertThat(set(ranges).contains(IpAddress.parse(address))).isEqualTo(held);
    }

    @ParameterizedTest(name = "in {0} and not in {1}: {2}")
    @CsvSource(nullValues = "none", textBlock = """
            # set,                  other,                    lowest in the one and not in the other
            '',                     '',                       none
            '',                     10.0.0.0/8,               none
            10.0.0.0/8,             '',                       10.0.0.0
            10.0.0.0/8,             10.0.0.0/8,               none
            10.0.0.0/8,             0.0.0.0/0,                none
            10.0.0.0/8,             10.0.0.0/9,               10.128.0.0
            10.0.0.0/8,             10.128.0.0/9,             10.0.0.0
            10.0.0.0/8,             10.0.0.0/9 10.128.0.0/9,  none
            10.0.0.0/8,             ::/0,                     10.0.0.0
            0.0.0.0/0,              0.0.0.0-255.255.255.254,  255.255.255.255
            1.1.1.1 2.2.2.2,        1.1.1.1,                  2.2.2.2
            ::/0,                   0.0.0.0/0,                ::
            ::/0,                   ::/80,                    ::1:0:0:0
            ::/0,                   ::/1,                     8000::
            ::/0 1.2.3.4,           ::/0,                     1.2.3.4
            ::/0,                   ::/80 ::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, none
            """)
    void tellsTheLowestAddressThatAnotherSetLacks(String set, String other, String lowest) {
        IpAddress found = set(set).firstNotIn(set(other));

        assertThat(Objects.toString(found, null)).isEqualTo(lowest);
        assertThat(set(other).covers(set(set))).isEqualTo(lowest == null);
    }

    @ParameterizedTest(name = "{0} has {2} more than {1}")
    @CsvSource(textBlock = """
            '',                     10.0.0.0/8,               0
            10.0.0.0/8,             '',                       1
            10.0.0.0/8,             10.0.0.0/8,               0
            10.0.0.0/8,             10.1.0.0/16,              2
            10.0.0.0/8,             10.0.0.0/16,              1
            10.0.0.0/8,             10.255.0.0/16,            1
            10.0.0.0/8,             10.1.0.0/16 10.3.0.0/16,  3
            10.0.0.0/8,             9.0.0.0-10.0.0.0 10.255.255.255-11.0.0.0, 1
            1.1.1.1 2.2.2.2 3.3.3.3, 2.2.2.2,                 2
            1.1.1.1-1.1.1.9,        1.1.1.1-1.1.1.8,          1
            0.0.0.0/0,              1.1.1.1,                  2
            1.1.1.1,                0.0.0.0/0,                0
            0.0.0.0/0 ::/0,         255.255.255.255 ::,       3
            1.1.1.1 ::1,            ::1,                      1
            """)
    void countsTheRangesThatAnotherSetLacks(String set, String other, int more) {
        assertThat(set(set).rangesNotIn(set(other))).isEqualTo(more);
    }

    @Test
    void everyAddressIsInAllAndNoneInEmpty() {
        assertThat(AddressSet.ALL.covers(set("0.0.0.0/0 ::/0"))).isTrue();
        assertThat(set("0.0.0.0/0 ::/0").covers(AddressSet.ALL)).isTrue();
        assertThat(AddressSet.EMPTY.isEmpty()).isTrue();
        assertThat(AddressSet.ALL.covers(AddressSet.EMPTY)).isTrue();
    }

    @Test
    void aBuilderTakesWholeSets() {
        AddressSet both = AddressSet.builder()
                .addAll(set("10.0.0.0/9 ::1"))
                .addAll(set("10.128.0.0/9 ::2"))
                .build();

        assertThat(both.covers(set("10.0.0.0/8 ::1-::2"))).isTrue();
        assertThat(both.size()).isEqualTo(2);
    }

    @Test
    void agreesWithALookAtEveryRange() {
        Random random = new Random(SEED);
        for (int round = 0; round < 400; round++) {
            List<IpRange> ranges = new ArrayList<>();
            int count = random.nextInt(round % 10 == 0 ? 300 : 12);
            for (int i = 0; i < count; i++) {
                ranges.add(Samples.range(random));
            }
            AddressSet set = AddressSet.of(ranges);
            List<IpAddress> probes = Samples.around(ranges);
            for (int i = 0; i < 50; i++) {
                probes.add(Samples.address(random));
            }
            for (IpAddress probe : probes) {
                assertThat(set.contains(probe))
                        .as("%s in %s, seed %d", probe, ranges, SEED)
                        .isEqualTo(ranges.stream().anyMatch(range -> range.contains(probe)));
            }
        }
    }

    @Test
    void differencesAgreeWithALookAtEveryBoundary() {
        Random random = new Random(SEED);
        for (int round = 0; round < 4_000; round++) {
            List<IpRange> ranges = Samples.ranges(random, 6);
            List<IpRange> others = Samples.ranges(random, 6);
            AddressSet set = AddressSet.of(ranges);
            AddressSet other = AddressSet.of(others);
            List<IpAddress> candidates = Samples.around(ranges);
            candidates.addAll(Samples.around(others));

            IpAddress lowest = candidates.stream()
                    .filter(address -> set.contains(address) && !other.contains(address))
                    .min((left, right) -> left.isIpv4() == right.isIpv4()
                            ? left.compareTo(right)
                            : Boolean.compare(right.isIpv4(), left.isIpv4()))
                    .orElse(null);

            assertThat(set.firstNotIn(other))
                    .as("%s without %s, seed %d", ranges, others, SEED)
                    .isEqualTo(lowest);
        }
    }

    @Test
    void rowsAreSortedAsUnsignedNumbersAndKeepTheirOrderOtherwise() {
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            int key = 1 + random.nextInt(4);
            int count = random.nextInt(200);
            int mask = random.nextBoolean() ? -1 : 0xF000_0003; // the second has many equal keys
            int[][] expected = new int[count][key + 1];
            int[] rows = new int[count * (key + 1)];
            for (int i = 0; i < count; i++) {
                for (int word = 0; word < key; word++) {
                    expected[i][word] = random.nextInt() & mask;
                }
                expected[i][key] = i;
                System.arraycopy(expected[i], 0, rows, i * (key + 1), key + 1);
            }
            Arrays.sort(expected, (left, right) -> RowSort.compare(left, 0, right, 0, key));

            int[] sorted = RowSort.sort(rows, count, key + 1, key);

            assertThat(Arrays.copyOf(sorted, count * (key + 1)))
                    .as("seed %d", SEED)
                    .isEqualTo(
                            Arrays.stream(expected).flatMapToInt(Arrays::stream).toArray());
        }
    }

    @Test
    void membershipAllocatesNothing() {
        Random random = new Random(SEED);
        AddressSet set = AddressSet.of(Samples.ranges(random, 1_000));
        IpAddress[] probes = new IpAddress[1_000];
        Arrays.setAll(probes, i -> Samples.address(random));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long held = count(set, probes, 300); // warms up

        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10 && least > 0; i++) { // what the compiler does meanwhile may count, but not every time
            long before = threads.getCurrentThreadAllocatedBytes();
            long again = count(set, probes, 100);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            assertThat(again * 3).isEqualTo(held);
        }

        assertThat(least).isZero();
    }

    private static long count(AddressSet set, IpAddress[] probes, int rounds) {
        long held = 0;
        for (int round = 0; round < rounds; round++) {
            for (IpAddress probe : probes) {
                held += set.contains(probe) ? 1 : 0;
            }
        }
        return held;
    }

    private static AddressSet set(String ranges) {
        return AddressSet.of(Samples.parse(ranges));
    }
}

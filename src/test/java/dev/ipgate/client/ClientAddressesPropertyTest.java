package dev.ipgate.client;

import static dev.ipgate.client.ClientAddressesTest.PROXIES;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ipgate.net.IpAddress;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every answer, whatever a header says. */
class ClientAddressesPropertyTest {

    private static final long SEED = 20261123;
    private static final IpAddress PEER = IpAddress.parse("10.0.0.1");

    private static ClientAddress find(String header, boolean keepMalformed, List<String> lines) {
        return new ClientAddresses(PROXIES, header, true, keepMalformed, false).find(PEER, name -> lines);
    }

    /** Text that is likely to come near an edge of the grammar. */
    private static String scraps(Random random, int most) {
        String[] scraps = {
            ",",
            ", ",
            ";",
            "\"",
            "\\",
            "=",
            "for=",
            "For=\"",
            "by=",
            "[",
            "]",
            ":",
            "::1",
            "10.0.0.2",
            "10.0.0.3:80",
            "203.0.113.7",
            "198.51.100.9",
            "[2001:db8::7]:443",
            "2001:db8:a::5",
            "unknown",
            "_x",
            " ",
            "\t",
            "\u0000",
            "\n",
            "\u00e9",
            "\ud83d",
            "%",
            "65536",
            "."
        };
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append(
                    random.nextInt(20) == 0 ? (char) random.nextInt(0x10000) : scraps[random.nextInt(scraps.length)]);
        }
        return text.toString();
    }

    private static String address(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "203.0.113." + random.nextInt(256);
            case 1 -> "2001:db8::" + Integer.toHexString(random.nextInt(0x10000));
            case 2 -> "2001:db8:a::" + Integer.toHexString(random.nextInt(0x10000));
            default -> "10.0.0." + random.nextInt(256);
        };
    }

    private static String node(String address) {
        return address.indexOf(':') < 0 ? "for=" + address : "for=\"[" + address + "]\"";
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "Forwarded", "X-Real-IP"})
    void theAnswerIsRefusedOrThePeerOrStandsInTheHeader(String header) {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            List<String> lines = new ArrayList<>();
            for (int line = random.nextInt(3); line >= 0; line--) {
                lines.add(scraps(random, 12));
            }
            for (boolean keepMalformed : new boolean[] {false, true}) {
                ClientAddress client = find(header, keepMalformed, lines);
                assertThat(client.reason()).as("%s, seed %d", lines, SEED).matches("[ -~]{1,240}");
                if (client.address() == null) {
                    assertThat(keepMalformed).as("%s, seed %d", lines, SEED).isFalse();
                    continue;
                }
                if (!client.address().equals(PEER)) {
                    assertThat(literals(lines)).as("%s, seed %d", lines, SEED).contains(client.address());
                }
                assertThat(client.via()).allMatch(PROXIES::contains);
            }
        }
    }

    /** Every address that any part of the lines spells. */
    private static List<IpAddress> literals(List<String> lines) {
        List<IpAddress> found = new ArrayList<>();
        for (String line : lines) {
            String plain = line.replace("\\", "");
            for (int from = 0; from < plain.length(); from++) {
                for (int to = from + 2; to <= Math.min(plain.length(), from + 45); to++) {
                    IpAddress address = IpAddress.parse(plain, from, to);
                    if (address != null) {
                        found.add(address);
                    }
                }
            }
        }
        return found;
    }

    @Test
    void aSpoofedLeftPartNeverChangesWhatTheProxiesSay() {
        Random random = new Random(SEED);
        for (int i = 0; i < 50_000; i++) {
            String client = "203.0.113." + random.nextInt(256);
            StringBuilder list = new StringBuilder(client);
            StringBuilder forwarded = new StringBuilder("for=" + client);
            for (int hop = random.nextInt(4); hop > 0; hop--) {
                list.append(", 10.0.0.").append(hop);
                forwarded.append(
                        random.nextBoolean() ? ", for=\"10.0.0." + hop + "\"" : ";by=\"a\\\"\\\\\", for=10.0.0." + hop);
            }
            String spoofed = scraps(random, 12);
            String separator = random.nextBoolean() ? ", " : "|";
            List<String> lists = List.of((spoofed + separator + list).split("\\|"));
            List<String> elements = List.of((spoofed + separator + forwarded).split("\\|"));

            assertThat(find("X-Forwarded-For", false, lists).address())
                    .as("%s, seed %d", lists, SEED)
                    .isEqualTo(IpAddress.parse(client));
            assertThat(find("Forwarded", true, elements).address())
                    .as("%s, seed %d", elements, SEED)
                    .isEqualTo(IpAddress.parse(client));
            assertThat(find("Forwarded", false, elements).address())
                    .as("%s, seed %d", elements, SEED)
                    .isIn(null, IpAddress.parse(client)); // refused if the spoofed quote stays open
        }
    }

    @Test
    void bothHeadersAgreeOnTheSameChain() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            List<String> addresses = new ArrayList<>();
            for (int hop = random.nextInt(70); hop >= 0; hop--) {
                addresses.add(random.nextInt(8) == 0 ? address(random) : "10.0.0." + hop);
            }
            List<String> list = List.of(String.join(", ", addresses));
            List<String> elements =
                    addresses.stream().map(ClientAddressesPropertyTest::node).toList();

            ClientAddress byList = find("X-Forwarded-For", false, list);
            ClientAddress byElements = find("Forwarded", false, elements);

            assertThat(byElements.address()).as("%s, seed %d", list, SEED).isEqualTo(byList.address());
            assertThat(byElements.via()).as("%s, seed %d", list, SEED).isEqualTo(byList.via());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "Forwarded", "X-Real-IP", "none"})
    void noTextIsTooStrangeOrTooLong(String header) {
        Random random = new Random(SEED);
        List<String> texts = new ArrayList<>();
        for (String unit : List.of(
                ",", "\"", "\\", "\\\"", ";", "=", "a=b;", "[", ":", " ", "1", "for=\"", "for=1.2.3.4;", "x,")) {
            texts.add(unit.repeat(100_000 / unit.length()));
            texts.add("for=\"" + unit.repeat(100_000 / unit.length()) + "\"");
            texts.add("for=1.2.3.4;x=\"" + unit.repeat(100_000 / unit.length()) + "\"");
        }
        for (int i = 0; i < 200; i++) {
            StringBuilder noise = new StringBuilder();
            for (int c = random.nextInt(200); c > 0; c--) {
                noise.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
            }
            texts.add(noise.toString());
        }
        for (String text : texts) {
            for (boolean keepMalformed : new boolean[] {false, true}) {
                ClientAddress client = find(header, keepMalformed, List.of(text));

                assertThat(client.peer()).as("seed %d", SEED).isEqualTo(PEER);
                assertThat(client.reason()).matches("[ -~]{1,240}");
            }
        }
    }

    @Test
    void allocatesNothingWithoutAHeaderAndOnlyItsAnswerWithOneHop(TestReporter report) {
        ClientAddresses rules = new ClientAddresses(PROXIES, "X-Forwarded-For", true, false, false);
        ClientAddresses forwarded = new ClientAddresses(PROXIES, "Forwarded", true, false, false);
        ClientAddress trusted = ClientAddress.direct(PEER);
        ClientAddress stranger = ClientAddress.direct(IpAddress.parse("203.0.113.7"));
        ClientAddress local = ClientAddress.direct(IpAddress.parse("127.0.0.1"));
        List<String> lines = List.of("203.0.113.7");
        List<String> elements = List.of("for=\"203.0.113.7:80\";proto=http");
        ClientAddresses.Headers hop = name -> lines;
        ClientAddresses.Headers element = name -> elements;

        assertThat(bytesEach(() -> rules.find(trusted, name -> null))).isZero();
        assertThat(bytesEach(() -> rules.find(trusted, name -> List.of()))).isZero();
        assertThat(bytesEach(() -> rules.find(stranger, name -> null))).isZero();
        assertThat(bytesEach(() -> rules.find(local, name -> null))).isZero();

        long answer = bytesEach(() -> new ClientAddress(PEER, IpAddress.parse("203.0.113.7"), List.of(), "reason"));
        long oneHop = bytesEach(() -> rules.find(trusted, hop));
        long oneElement = bytesEach(() -> forwarded.find(trusted, element));
        long ignored = bytesEach(() -> rules.find(stranger, hop));
        report.publishEntry("bytes for the answer alone", Long.toString(answer));
        report.publishEntry("bytes for one hop", Long.toString(oneHop));
        report.publishEntry("bytes for one element of Forwarded", Long.toString(oneElement));
        report.publishEntry("bytes for a header that is ignored", Long.toString(ignored));
        assertThat(oneHop).isLessThanOrEqualTo(answer);
        assertThat(oneElement).isLessThanOrEqualTo(answer);
        assertThat(ignored).isLessThan(answer);
    }

    private static volatile Object kept = PEER; // so that no answer can be optimised away

    /** Bytes that this thread allocates for each call, rounded down. */
    private static long bytesEach(Supplier<Object> call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int calls = 20_000;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                kept = call.get();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(kept).isNotNull();
        return least / calls;
    }
}

package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.CertificateDoor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Denials are remembered and told of, and however many come, no more than so much. */
class DenialsTest {

    private final List<String> log = new ArrayList<>();
    private final Denials denials = new Denials(2, "denied", verdict -> true, log::add);
    private long id;

    private Denial denial(String client, long time, String path) {
        ClientAddress address = ClientAddress.direct(IpAddress.parse(client));
        Request request =
                new Request(address, name -> null, "http", null, "app.example", CertificateDoor.NONE, "GET", path);
        return Denial.of(++id, time, request, Verdict.refuse(address, Refusal.BAD_REQUEST, "it is malformed"));
    }

    private void deny(int thread, String client, int times) {
        for (int i = 0; i < times; i++) {
            denials.add(thread, denial(client, 1000, "/"));
        }
    }

    @Test
    void theFirstOfAClientIsToldInFull() {
        denials.add(0, denial("203.0.113.9", 1000, "/secret"));

        assertThat(log)
                .containsExactly("denied 203.0.113.9: it is malformed"
                        + " (400, GET /secret, Host app.example, request 000000000001)");
    }

    @Test
    void theFollowingAreCountedOnceAMinute() {
        deny(0, "203.0.113.9", 50);
        assertThat(log).hasSize(1);

        denials.endMinute();
        assertThat(log)
                .hasSize(2)
                .last()
                .asString()
                .startsWith("denied 203.0.113.9: ")
                .endsWith(": one of 49 in a minute");

        deny(0, "203.0.113.9", 7);
        denials.endMinute();
        assertThat(log).hasSize(3).last().asString().endsWith(": one of 7 in a minute");
    }

    @Test
    void threadsCountTogether() {
        deny(0, "203.0.113.9", 3);
        deny(1, "203.0.113.9", 4);
        assertThat(log).hasSize(1);

        denials.endMinute();
        assertThat(log).hasSize(2).last().asString().endsWith(": one of 6 in a minute");
    }

    @Test
    void afterAQuietMinuteTheNextHasItsLineAgain() {
        deny(0, "203.0.113.9", 1);
        denials.endMinute();
        deny(0, "203.0.113.9", 1);

        assertThat(log).hasSize(2).allSatisfy(line -> assertThat(line).doesNotContain("one of"));
    }

    @Test
    void aScanFromManyAddressesHasSoManyLines() {
        for (int i = 0; i < 100_000; i++) {
            deny(i & 1, "10." + (i >> 16) + "." + (i >> 8 & 0xFF) + "." + (i & 0xFF), 1);
        }
        assertThat(log).hasSize(Denials.MOST_LINES);

        denials.endMinute();
        assertThat(log).hasSizeLessThanOrEqualTo(2 * Denials.MOST_LINES + 1);
        assertThat(log.get(log.size() - 1)).matches("denied \\d+ more clients \\d+ times in a minute");
        assertThat(denials.lastHour(1000)).hasSizeLessThanOrEqualTo(1024);
    }

    @Test
    void everyDenialIsToldOfSomewhere() {
        for (int i = 0; i < 30_000; i++) {
            deny(i & 1, "10.0." + (i % 5000 >> 8) + "." + (i % 5000 & 0xFF), 1);
        }
        denials.endMinute();

        long told = log.stream()
                .mapToLong(line -> line.contains(" in a minute")
                        ? Long.parseLong(line.replaceAll(".* (\\d+) (times )?in a minute", "$1"))
                        : 1)
                .sum();
        assertThat(told).isEqualTo(30_000);
    }

    @Test
    void theLatestOfEachClientAreFoundByTheirNumbers() {
        deny(0, "203.0.113.9", 6);
        deny(1, "203.0.113.8", 1);

        assertThat(denials.find(1)).isNull();
        assertThat(denials.find(2)).isNull();
        for (long number = 3; number <= 7; number++) {
            assertThat(denials.find(number)).as("%d", number).isNotNull();
        }
        assertThat(denials.find(-1)).isNull();
    }

    @Test
    void aFloodFromOneClientPushesNobodyOut() {
        deny(0, "203.0.113.8", 1);
        deny(0, "203.0.113.9", 100_000);

        assertThat(denials.find(1)).isNotNull();
    }

    @Test
    void whoeverWasDeniedLastIsFirst() {
        denials.add(0, denial("203.0.113.7", 1000, "/a"));
        denials.add(1, denial("203.0.113.8", 1002, "/b"));
        denials.add(0, denial("203.0.113.9", 1001, "/c"));
        denials.add(1, denial("203.0.113.7", 999, "/d"));

        List<Denials.Client> clients = denials.lastHour(1002);

        assertThat(clients)
                .extracting(client -> client.address().toString())
                .containsExactly("203.0.113.8", "203.0.113.9", "203.0.113.7");
        assertThat(clients.get(2).count()).isEqualTo(2);
        assertThat(clients.get(2).first()).isEqualTo(999);
        assertThat(clients.get(2).last().request().path()).isEqualTo("/a");
    }

    @Test
    void afterAnHourNobodyIsRemembered() {
        deny(0, "203.0.113.9", 1);
        denials.endMinute();

        assertThat(denials.lastHour(1000 + 3600)).hasSize(1);
        assertThat(denials.lastHour(1000 + 3601)).isEmpty();
    }

    @Test
    void whatClientsChoseIsCutShortAndStaysOnItsLine() {
        denials.add(0, denial("203.0.113.9", 1000, "/\r\nINFO all is well\u001b[2J" + "x".repeat(10_000)));

        assertThat(log.get(0)).hasSizeLessThan(500).matches("[ -~…]+").contains("/\\x0D\\x0AINFO all is well\\x1B[2J");
    }

    @Test
    void anExplanationOutlivesTheSnapshot() {
        deny(0, "203.0.113.9", 1);
        Denial before = Objects.requireNonNull(denials.find(1));
        denials.letGoOfSnapshots();
        Denial after = Objects.requireNonNull(denials.find(1));

        assertThat(after).isNotSameAs(before);
        assertThat(after.explanation()).isEqualTo(before.explanation());
        assertThat(after.explanation().text()).contains("because:  it is malformed", "request:  GET / for app.example");
    }
}

package dev.ipgate.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.config.GroupSource;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.Problem;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.Mmdb;
import dev.ipgate.testing.MovedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups of countries and of autonomous systems. */
@Timeout(60)
class GeoIpDatabaseTest {

    private static final int FLIPS = 2000;

    @TempDir
    private Path folder;

    private MovedClock clock;
    private Path file;

    @BeforeEach
    void start() {
        clock = new MovedClock("2026-11-26T12:00:00Z");
        file = folder.resolve("test.mmdb");
    }

    private Mmdb countries(int ipVersion) {
        Mmdb mmdb = new Mmdb("GeoLite2-Country", ipVersion)
                .builtAt(clock.instant().minus(Duration.ofDays(3)))
                .country("203.0.113.0/24", "ES")
                .country("198.51.100.0/25", "MX")
                .country("198.51.100.128/25", "FR")
                .country("192.0.2.7/32", "ES");
        return ipVersion == 4 ? mmdb : mmdb.country("2001:db8:1::/48", "ES").country("2001:db8:2::/48", "FR");
    }

    private Mmdb systems() {
        return new Mmdb("GeoLite2-ASN", 6)
                .builtAt(clock.instant())
                .system("203.0.113.0/24", 3352)
                .system("2001:db8:1::/48", 4_200_000_000L)
                .system("198.51.100.0/24", 65_551);
    }

    private FileSource of(String... countries) {
        return new FileSource(new GroupSource.GeoIp(file, Set.of(countries), Set.of()), clock);
    }

    private FileSource ofSystems(Long... numbers) {
        return new FileSource(new GroupSource.GeoIp(file, Set.of(), Set.of(numbers)), clock);
    }

    private static boolean holds(AddressSet set, String address) {
        return set.contains(IpAddress.parse(address));
    }

    @ParameterizedTest(name = "records of {0} bits")
    @CsvSource({"24", "28", "32"})
    void theNetworksOfSomeCountriesAndNoOthers(int bits) throws IOException {
        countries(6).writeTo(file, bits);

        Reading reading = of("ES", "MX").read();

        assertThat(reading.warnings()).isEmpty();
        AddressSet set = reading.addresses();
        assertThat(set.size()).isEqualTo(4);
        for (String in : new String[] {
            "203.0.113.0", "203.0.113.255", "198.51.100.127", "192.0.2.7", "2001:db8:1::", "2001:db8:1:ffff::9"
        }) {
            assertThat(holds(set, in)).as(in).isTrue();
        }
        for (String out : new String[] {
            "203.0.112.255", "203.0.114.0", "198.51.100.128", "192.0.2.6", "192.0.2.8", "2001:db8:2::1", "::cb00:7101"
        }) {
            assertThat(holds(set, out)).as(out).isFalse();
        }
    }

    @Test
    void aDatabaseOfIpv4AloneIsReadToo() throws IOException {
        countries(4).writeTo(file, 24);

        assertThat(of("ES").read().addresses().size()).isEqualTo(2);
    }

    /** IPv4 stands in several places of a tree for IPv6, and comes from one. */
    @Test
    void whatStandsThereTwiceComesOnce() throws IOException {
        countries(6).withAliases().writeTo(file, 28);

        AddressSet set = of("ES").read().addresses();

        assertThat(set.size()).isEqualTo(3);
        assertThat(holds(set, "203.0.113.1")).isTrue();
        assertThat(holds(set, "2002:cb00:7101::1")).as("6to4").isFalse();
    }

    @Test
    void oneNetworkForAllOfIpv4HidesNoOther() throws IOException {
        new Mmdb("Test-Country", 6)
                .builtAt(clock.instant())
                .country("0.0.0.0/0", "ES")
                .country("2001:db8:1::/48", "ES")
                .country("2001:db8:2::/48", "FR")
                .writeTo(file, 24);

        AddressSet set = of("ES").read().addresses();

        assertThat(holds(set, "203.0.113.1")).isTrue();
        assertThat(holds(set, "2001:db8:1::1")).isTrue();
        assertThat(holds(set, "2001:db8:2::1")).isFalse();
    }

    @Test
    void autonomousSystemsHaveNumbers() throws IOException {
        systems().writeTo(file, 24);

        AddressSet set = ofSystems(3352L, 4_200_000_000L).read().addresses();

        assertThat(holds(set, "203.0.113.9")).isTrue();
        assertThat(holds(set, "2001:db8:1::9")).isTrue();
        assertThat(holds(set, "198.51.100.9")).isFalse();
    }

    @Test
    void theWrongKindOfDatabaseIsRefused() throws IOException {
        systems().writeTo(file, 24);
        assertThatThrownBy(() -> of("ES").read())
                .isInstanceOf(SourceException.class)
                .hasMessage("\"" + file + "\" has no countries: it is GeoLite2-ASN");

        countries(6).writeTo(file, 24);
        assertThatThrownBy(() -> ofSystems(3352L).read())
                .isInstanceOf(SourceException.class)
                .hasMessage("\"" + file + "\" has no autonomous systems: it is GeoLite2-Country");
    }

    @Test
    void whatItDoesNotHaveIsWarnedAbout() throws IOException {
        countries(6).writeTo(file, 24);
        assertThat(of("ES", "DE").read().warnings())
                .extracting(Problem::message)
                .containsExactly("it has no network of DE: nobody is let in or denied for it");

        systems().writeTo(file, 24);
        assertThat(ofSystems(7L).read().warnings())
                .extracting(Problem::message)
                .containsExactly("it has no network of AS7: nobody is let in or denied for it");
    }

    @Test
    void anOldOneIsWarnedAbout() throws IOException {
        countries(6).builtAt(Instant.parse("2026-08-01T00:00:00Z")).writeTo(file, 24);

        assertThat(of("ES").read().warnings())
                .extracting(Problem::message)
                .containsExactly(
                        "it is of 2026-08-01, and addresses have moved since; have geoipupdate replace it every week");
    }

    @Test
    void aNewOneIsSeenAndTakenIn() throws IOException {
        countries(6).writeTo(file, 24);
        FileSource source = of("FR");
        assertThat(holds(source.read().addresses(), "198.51.100.200")).isTrue();
        assertThat(source.hasChanged()).isFalse();

        Path next = countries(6).country("192.0.2.128/25", "FR").writeTo(folder.resolve("next"), 24);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE); // as geoipupdate does

        Eventually.holds("the change shows", source::hasChanged);
        assertThat(holds(source.read().addresses(), "192.0.2.200")).isTrue();
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws IOException {
        assertThatThrownBy(() -> of("ES").read()).hasMessage("there is no file \"" + file + "\"");

        Files.writeString(file, "203.0.113.0/24\n");
        assertThatThrownBy(() -> of("ES").read())
                .isInstanceOf(SourceException.class)
                .hasMessageStartingWith("\"" + file + "\" cannot be read as a database of MaxMind's format: ");

        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> of("ES").read()).hasMessage("\"" + file + "\" is not a regular file");
    }

    @Test
    void oneThatBreaksOffIsRefusedOrWhole() throws IOException {
        byte[] whole = countries(6).bytes(24);
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> of("ES").read()).as("%d bytes", length).isInstanceOf(SourceException.class);
        }
    }

    @Test
    void damageIsRefusedAndNothingElse() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = countries(6).bytes(24);
        int treeAndData = whole.length - 200; // of which the rest says how large the tree is
        for (int i = 0; i < FLIPS; i++) {
            byte[] damaged = whole.clone();
            int at = random.nextInt(treeAndData);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            try {
                of("ES").read();
            } catch (SourceException e) {
                assertThat(e).hasMessageContaining(file.toString());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", flip " + i + " at " + at, e);
            }
        }
    }

    /** A damaged way may lead back to where it came from. */
    @ParameterizedTest(name = "way {0} of node {1} leads to node {2}")
    @CsvSource({"0, 0, 0", "1, 0, 0", "0, 50, 3", "1, 100, 0", "0, 110, 109", "1, 110, 98"})
    void aTreeThatLeadsInCirclesIsRefused(int way, int from, int to) throws IOException {
        byte[] circular = countries(6).bytes(24);
        circular[6 * from + 3 * way] = 0;
        circular[6 * from + 3 * way + 1] = 0;
        circular[6 * from + 3 * way + 2] = (byte) to;
        Files.write(file, circular);

        assertThatThrownBy(() -> of("ES").read())
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("Invalid search tree");
    }
}

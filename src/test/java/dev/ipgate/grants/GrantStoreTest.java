package dev.ipgate.grants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ipgate.grants.Grant.Way;
import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpAddress;
import dev.ipgate.testing.MovedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is granted is kept, whatever happens; what has ended is not. */
class GrantStoreTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final CidrBlock ANA = CidrBlock.parse("203.0.113.7");
    private static final CidrBlock OFFICE = CidrBlock.parse("198.51.100.0/24");

    @TempDir
    Path parent;

    private final MovedClock clock = new MovedClock("2026-11-26T10:00:00Z");
    private final List<GrantStore> opened = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (GrantStore store : opened) {
            store.close();
        }
    }

    @Test
    void aGrantOutlivesARestart() throws IOException {
        GrantStore store = open();
        Grant ana = store.grant(ANA, HOUR, Way.PAGE, "ana", null);
        Grant office = store.grant(OFFICE, HOUR.multipliedBy(2), Way.COMMAND, "root", "the painters, \"two days\" ✓");
        store.close();

        assertThat(open().live()).containsExactly(ana, office);
    }

    @Test
    void theFileCanBeRead() throws IOException {
        open().grant(ANA, HOUR, Way.PAGE, "ana", null);

        assertThat(state("grants")).hasContent("""
                ipgate grants, version 1: whom, from, until, way, by, note
                203.0.113.7\t2026-11-26T10:00:00Z\t2026-11-26T11:00:00Z\tpage\tana\t
                end
                """);
    }

    @Test
    void nobodyElseMayReadIt() throws IOException {
        GrantStore store = open();
        store.grant(ANA, HOUR, Way.PAGE, "ana", null);
        store.invite(HOUR, HOUR, "root", null);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve("state"))))
                .isEqualTo("rwx------");
        for (String name : List.of("grants", "invites")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state(name))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aGrantEndsAtItsMomentAndIsDroppedByTheNextWrite() throws IOException {
        GrantStore store = open();
        store.grant(ANA, HOUR, Way.PAGE, "ana", null);
        clock.pass(HOUR.minusSeconds(1));
        assertThat(store.grants().addresses(clock.instant()).contains(IpAddress.parse("203.0.113.7")))
                .isTrue();
        assertThat(store.grants().nextEnd(clock.instant())).contains(Instant.parse("2026-11-26T11:00:00Z"));

        clock.pass(Duration.ofSeconds(1));

        assertThat(store.live()).isEmpty();
        assertThat(store.grants().addresses(clock.instant()).contains(IpAddress.parse("203.0.113.7")))
                .isFalse();
        assertThat(store.grants().nextEnd(clock.instant())).isEmpty();
        store.grant(OFFICE, HOUR, Way.COMMAND, "root", null);
        assertThat(Files.readString(state("grants"))).doesNotContain("203.0.113.7");
    }

    @Test
    void whoeverGrantsTheSameAgainRenewsItAndOthersKeepTheirs() throws IOException {
        GrantStore store = open();
        store.grant(ANA, HOUR, Way.PAGE, "ana", null);
        Grant root = store.grant(ANA, HOUR, Way.COMMAND, "root", null);
        Grant renewed = store.grant(ANA, HOUR.multipliedBy(3), Way.PAGE, "ana", null);

        assertThat(store.live()).containsExactly(root, renewed);
    }

    @Test
    void revokeTakesBackWhatIsExactlyThat() throws IOException {
        GrantStore store = open();
        store.grant(CidrBlock.parse("203.0.113.0/24"), HOUR, Way.COMMAND, "root", null);
        Grant ana = store.grant(ANA, HOUR, Way.PAGE, "ana", null);
        Grant root = store.grant(ANA, HOUR, Way.COMMAND, "root", null);

        assertThat(store.revoke(ANA)).containsExactly(ana, root);
        assertThat(store.revoke(ANA)).isEmpty();
        assertThat(store.live()).extracting(Grant::addresses).containsExactly("203.0.113.0/24");
        store.close();
        assertThat(open().live()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.7,      203.0.113.7",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
        "::ffff:203.0.113.7, 203.0.113.7",
    })
    void anAddressOfIpv6StandsForItsNetwork(String client, String granted) {
        assertThat(Grant.text(Grant.around(IpAddress.parse(client)))).isEqualTo(granted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "8.0.0.0/7", "::/0", "2001::/31"})
    void aGoodPartOfTheInternetIsNotGranted(String block) {
        GrantStore store = open();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.grant(CidrBlock.parse(block), HOUR, Way.COMMAND, "root", null))
                .withMessageContaining("\"" + block + "\"")
                .withMessageContaining("conf file");
        assertThat(state("grants")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\tb", "a\nb", "a\u0085b", "a\u2028b", "\u202egpj", "\ud800", " "})
    void aNoteIsOneLineOfText(String note) {
        GrantStore store = open();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.grant(ANA, HOUR, Way.COMMAND, "root", note))
                .withMessageContaining("the note");
    }

    @Test
    void noMoreThanTenThousandLive() throws IOException {
        GrantStore store = open();
        store.grant(ANA, HOUR, Way.COMMAND, "root", null);
        Files.writeString(
                state("grants"),
                Stream.iterate(0, i -> i + 1)
                        .limit(Grants.MOST)
                        .map(i -> "10.0." + i / 256 + "." + i % 256
                                + "\t2026-11-26T10:00:00Z\t2026-11-26T11:00:00Z\tcommand\troot\t\n")
                        .collect(java.util.stream.Collectors.joining(
                                "", "ipgate grants, version 1: whom, from, until, way, by, note\n", "end\n")));
        store.close();
        GrantStore full = open();
        assertThat(full.live()).hasSize(Grants.MOST);

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> full.grant(ANA, HOUR, Way.COMMAND, "root", null))
                .withMessageContaining("10000");
        clock.pass(HOUR);
        full.grant(ANA, HOUR, Way.COMMAND, "root", null);
        assertThat(full.live()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "something else\nend\n",
                "ipgate grants, version 2: whom\nend\n",
                "ipgate grants, version 1: whom, from, until, way, by, note\n",
                "ipgate grants, version 1: whom, from, until, way, by, note\n203.0.113.7\nend\n",
                "ipgate grants, version 1: whom, from, until, way, by, note\n203.0.113.7\tx\ty\tpage\tana\t\nend\n",
                "ipgate grants, version 1: whom, from, until, way, by, note\n"
                        + "0.0.0.0/0\t2026-11-26T10:00:00Z\t2026-11-26T11:00:00Z\tpage\tana\t\nend\n",
            })
    void aFileThatCannotBeUsedIsReportedAndKeptAside(String content) throws IOException {
        Files.createDirectory(parent.resolve("state"));
        Files.writeString(state("grants"), content);

        GrantStore store = open();

        assertThat(store.live()).isEmpty();
        assertThat(store.trouble())
                .contains("not in force")
                .contains(state("grants").toString());
        assertThat(state("grants")).hasContent(content);

        Grant ana = store.grant(ANA, HOUR, Way.PAGE, "ana", null);

        assertThat(store.trouble()).isNull();
        assertThat(state("grants.corrupt-20261126T100000Z")).hasContent(content);
        store.close();
        assertThat(open().live()).containsExactly(ana);
    }

    @Test
    void whatCannotEvenBeReadIsReportedAndKeptAside() throws IOException {
        Files.createDirectories(state("grants").resolve("no file at all"));

        GrantStore store = open();
        assertThat(store.trouble()).contains(state("grants").toString());
        store.grant(ANA, HOUR, Way.PAGE, "ana", null);

        assertThat(state("grants.corrupt-20261126T100000Z").resolve("no file at all"))
                .exists();
        assertThat(store.trouble()).isNull();
    }

    @Test
    void aFolderThatCannotBeWrittenRefusesTheGrantAndKeepsTheOthers() throws IOException {
        GrantStore store = open();
        Grant ana = store.grant(ANA, HOUR, Way.PAGE, "ana", null);
        Files.createDirectory(state("grants.new"));
        Files.createFile(state("grants.new").resolve("in the way")); // root is not kept out by permissions

        assertThatIOException()
                .isThrownBy(() -> store.grant(OFFICE, HOUR, Way.COMMAND, "root", null))
                .withMessageContaining("cannot be written")
                .withMessageContaining("grants.new");

        assertThat(store.live()).containsExactly(ana);
        store.close();
        assertThat(open().live()).containsExactly(ana);
    }

    @Test
    void onlyOneWrites() throws IOException {
        GrantStore first = open();
        GrantStore second = open();
        first.grant(ANA, HOUR, Way.PAGE, "ana", null);

        assertThatIOException()
                .isThrownBy(() -> second.grant(OFFICE, HOUR, Way.COMMAND, "root", null))
                .withMessageContaining("another ipgate");

        first.close();
        second.grant(OFFICE, HOUR, Way.COMMAND, "root", null);
        assertThat(second.live()).extracting(Grant::addresses).containsExactly("203.0.113.7", "198.51.100.0/24");
    }

    // ---- invites ----------------------------------------------------------------------------------------------------

    @Test
    void anInviteIsGoodOnce() throws IOException {
        GrantStore store = open();
        String token = store.invite(HOUR, HOUR.multipliedBy(2), "root", "a guest");
        clock.pass(Duration.ofMinutes(30));

        Grant granted = store.redeem(token, ANA).orElseThrow();

        assertThat(granted)
                .isEqualTo(new Grant(
                        ANA,
                        clock.instant(),
                        clock.instant().plus(HOUR.multipliedBy(2)),
                        Way.INVITE,
                        "root",
                        "a guest"));
        assertThat(store.redeem(token, OFFICE)).isEmpty();
        store.close();
        assertThat(open().redeem(token, OFFICE)).isEmpty();
    }

    @Test
    void anInviteOutlivesARestartAndItsTokenIsWrittenNowhere() throws IOException {
        GrantStore store = open();
        String token = store.invite(HOUR, HOUR, "root", null);
        store.close();

        assertThat(token).hasSize(22);
        assertThat(Files.readString(state("invites"))).doesNotContain(token);
        assertThat(open().redeem(token, ANA)).isPresent();
    }

    @Test
    void anInviteEnds() throws IOException {
        GrantStore store = open();
        String token = store.invite(HOUR, HOUR, "root", null);
        clock.pass(HOUR);

        assertThat(store.redeem(token, ANA)).isEmpty();
        assertThat(store.live()).isEmpty();
    }

    @Test
    void whatIsNoTokenIsNone() throws IOException {
        GrantStore store = open();
        store.invite(HOUR, HOUR, "root", null);

        assertThat(store.redeem("", ANA)).isEmpty();
        assertThat(store.redeem("é".repeat(100_000), ANA)).isEmpty();
    }

    @Test
    void anInviteIsPutBackWhenTheGrantCannotBeWritten() throws IOException {
        GrantStore store = open();
        String token = store.invite(HOUR, HOUR, "root", null);
        Files.createDirectories(state("grants.new").resolve("in the way"));

        assertThatIOException().isThrownBy(() -> store.redeem(token, ANA));

        Files.delete(state("grants.new").resolve("in the way"));
        assertThat(store.redeem(token, ANA)).isPresent();
    }

    private GrantStore open() {
        GrantStore store = GrantStore.open(parent.resolve("state"), clock);
        opened.add(store);
        return store;
    }

    private Path state(String name) {
        return Objects.requireNonNull(parent.resolve("state").resolve(name));
    }
}

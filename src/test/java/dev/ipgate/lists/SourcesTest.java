package dev.ipgate.lists;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.ConfigReader;
import dev.ipgate.config.Settings;
import dev.ipgate.config.Whom;
import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.MovedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When sources are read, and what holds while they cannot be: by a clock that the test moves. */
@Timeout(60)
class SourcesTest {

    private static final Position AT = Position.of("ipgate.yaml");
    private static final String HOME = "{host: home.test, refresh: 60s, max_stale: 1h}";

    @TempDir
    private Path folder;

    private final MovedClock clock = new MovedClock("2026-01-01T00:00:00Z");
    private final Map<String, ScriptedSource> scripts = new HashMap<>();
    private final AtomicInteger told = new AtomicInteger();
    private final Sources sources = new Sources(
            (settings, state) -> scripts.computeIfAbsent(settings.toString(), unseen -> new ScriptedSource()),
            clock,
            told::incrementAndGet);
    private Problems problems = new Problems();

    @AfterEach
    void close() {
        sources.close();
    }

    private ScriptedSource script(String name) {
        return scripts.computeIfAbsent(name, unseen -> new ScriptedSource());
    }

    private Settings settings(String groups) throws IOException {
        Path conf = Files.writeString(folder.resolve("ipgate.yaml"), """
                listen: 8080
                upstream: "http://127.0.0.1:5050"
                rules: [{allow: home}]
                groups:
                """ + groups.indent(2));
        return Objects.requireNonNull(ConfigReader.read(conf, new Problems()));
    }

    private Settings committed(String groups) throws IOException {
        Settings settings = settings(groups);
        problems = new Problems();
        Sources.Change change = sources.prepare(settings, problems);
        Groups unused = change.groups(settings, Groups.Unread.TOLD);
        change.commit();
        return settings;
    }

    private Settings committed() throws IOException {
        return committed("home: " + HOME);
    }

    private boolean isAllowed(Settings settings, String address) {
        return sources.groups(settings).resolveAllowed(home()).contains(IpAddress.parse(address));
    }

    private boolean isKept(Settings settings, String address) {
        return sources.groups(settings).resolve(home()).contains(IpAddress.parse(address));
    }

    private static List<Whom> home() {
        return List.of(new Whom.Group("home", AT));
    }

    /** Moves the clock and looks, until the source has been read so often. */
    private void after(Duration time, int readings) {
        clock.pass(time);
        sources.look();
        Eventually.holds(readings + " readings", () -> {
            SourceState state = sources.states().get(0);
            return state.readings() + state.failures() == readings;
        });
    }

    private List<String> problems() {
        return problems.all().stream()
                .map(Problem::toString)
                .map(text -> text.replace(folder + "/", ""))
                .toList();
    }

    @Test
    void theFirstAnswerIsWaitedFor() throws IOException {
        script("home.test").says("203.0.113.7");

        Settings settings = committed();

        assertThat(isAllowed(settings, "203.0.113.7")).isTrue();
        assertThat(problems()).isEmpty();
        assertThat(sources.hasNews()).isFalse();
    }

    @Test
    void anAnswerReplacesTheOneBeforeWhole() throws IOException {
        script("home.test").says("203.0.113.7", "203.0.113.9");
        Settings settings = committed();

        script("home.test").says("203.0.113.8", "203.0.113.9");
        after(Duration.ofSeconds(60), 2);

        Eventually.holds("it is told", () -> told.get() >= 1);
        assertThat(sources.hasNews()).isTrue();
        assertThat(isAllowed(settings, "203.0.113.7")).isFalse();
        assertThat(isAllowed(settings, "203.0.113.8")).isTrue();
        assertThat(isAllowed(settings, "203.0.113.9")).isTrue();
        assertThat(sources.hasNews()).as("once it is taken").isFalse();
        assertThat(sources.states().get(0).changes()).isEqualTo(1);
    }

    @Test
    void theSameAnswerIsNoNews() throws IOException {
        script("home.test").says("203.0.113.7");
        committed();

        after(Duration.ofSeconds(60), 2);

        assertThat(sources.hasNews()).isFalse();
        assertThat(told).hasValue(0);
    }

    @Test
    void nothingIsReadBeforeItIsDue() throws IOException {
        script("home.test").says("203.0.113.7");
        committed();

        clock.pass(Duration.ofSeconds(59));
        sources.look();

        assertThat(script("home.test").readings()).isEqualTo(1);
    }

    @Test
    void whatIsGoodForLessIsReadSooner() throws IOException {
        script("home.test").says("203.0.113.7").goodFor(Duration.ofSeconds(20));
        committed();

        after(Duration.ofSeconds(20), 2);
    }

    @Test
    void whatIsGoodForMoreIsReadNoLater() throws IOException {
        script("home.test").says("203.0.113.7").goodFor(Duration.ofDays(1));
        committed();

        after(Duration.ofSeconds(60), 2);
    }

    @Test
    void aFailureKeepsTheLastGoodUntilItIsTooOldForAnAllow() throws IOException {
        script("home.test").says("203.0.113.7");
        Settings settings = committed();
        script("home.test").fails("no answer");

        after(Duration.ofSeconds(60), 2);
        assertThat(isAllowed(settings, "203.0.113.7")).isTrue();
        assertThat(sources.states().get(0).problem()).isEqualTo("no answer");
        assertThat(sources.hasNews()).isFalse();

        after(Duration.ofHours(1), 3);
        assertThat(sources.states().get(0).stale()).isTrue();
        assertThat(sources.hasNews()).isTrue();
        assertThat(isAllowed(settings, "203.0.113.7")).isFalse();
        assertThat(isKept(settings, "203.0.113.7"))
                .as("denied, trusted or guarded, however old")
                .isTrue();

        script("home.test").says("203.0.113.7");
        after(Duration.ofHours(1), 4);
        assertThat(isAllowed(settings, "203.0.113.7")).isTrue();
        assertThat(sources.states().get(0).stale()).isFalse();
    }

    @Test
    void whatFailsIsTriedAgainAfterEverLongerPauses() throws IOException {
        script("home.test").says("203.0.113.7");
        committed();
        script("home.test").fails("no answer");
        after(Duration.ofSeconds(60), 2);

        int readings = 2;
        for (int seconds : new int[] {15, 30, 60, 60}) { // no longer than refresh
            clock.pass(Duration.ofSeconds(seconds).minusMillis(1));
            sources.look();
            assertThat(script("home.test").readings())
                    .as("before %d s", seconds)
                    .isEqualTo(readings);
            after(Duration.ofMillis(1), ++readings);
        }
    }

    @Test
    void whatWasNeverReadHoldsNobodyAndIsTold() throws IOException {
        script("home.test").fails("no answer");

        Settings settings = committed();

        assertThat(problems())
                .containsExactly(
                        "ipgate.yaml:5:9: warning: groups.home: no answer; nobody is in it until it can be read");
        assertThat(isAllowed(settings, "203.0.113.7")).isFalse();
        assertThat(sources.groups(settings).whyUnread(home())).contains("groups.home has never been read: no answer");
        assertThat(sources.groups(settings).isComplete()).isFalse();

        script("home.test").says("203.0.113.7");
        after(Duration.ofSeconds(15), 2);
        assertThat(isAllowed(settings, "203.0.113.7")).isTrue();
        assertThat(sources.groups(settings).isComplete()).isTrue();
    }

    @Test
    void twoGroupsOfOneSourceReadItOnce() throws IOException {
        script("home.test").says("203.0.113.7");

        committed("home: " + HOME + "\nother: " + HOME + "\nboth: [home, other]");

        assertThat(script("home.test").readings()).isEqualTo(1);
        assertThat(sources.states())
                .singleElement()
                .satisfies(state -> assertThat(state.groups()).containsExactly("home", "other"));
    }

    @Test
    void aReloadWaitsForNothingThatIsKnown() throws IOException {
        script("home.test").says("203.0.113.7");
        committed();
        CountDownLatch held = script("home.test").hold();

        Settings settings = committed();

        assertThat(isAllowed(settings, "203.0.113.7")).isTrue();
        held.countDown();
        after(Duration.ZERO, 2); // but it asks for it, soon
    }

    @Test
    void whatIsNamedNoMoreIsForgotten() throws IOException {
        script("home.test").says("203.0.113.7");
        script("new.test").says("203.0.113.8");
        committed();

        Settings settings = committed("home: {host: new.test}");

        assertThat(sources.states()).hasSize(1);
        assertThat(isAllowed(settings, "203.0.113.7")).isFalse();
        assertThat(isAllowed(settings, "203.0.113.8")).isTrue();
    }

    @Test
    void aReloadThatIsNotCommittedChangesNothing() throws IOException {
        script("home.test").says("203.0.113.7");
        script("new.test").says("203.0.113.8");
        Settings settings = committed();

        sources.prepare(settings("home: {host: new.test}"), problems);

        assertThat(isAllowed(settings, "203.0.113.7")).isTrue();
        assertThat(sources.states().get(0).source()).hasToString("home.test");
    }

    @Test
    void aSourceThatNeverAnswersKeepsNothingElseWaiting() throws IOException {
        script("home.test").says("203.0.113.7");
        script("other.test").says("203.0.113.8");
        committed("other: {host: other.test, refresh: 60s}\nhome: " + HOME);
        CountDownLatch held = script("other.test").hold();
        clock.pass(Duration.ofSeconds(60));
        sources.look();
        script("home.test").says("203.0.113.9");

        clock.pass(Duration.ofSeconds(60));
        sources.look();

        Eventually.holds("home is read", () -> sources.states().get(1).changes() == 1);
        sources.look();
        held.countDown();
        Eventually.holds("the other, too", () -> sources.states().get(0).readings() == 2);
    }

    @ParameterizedTest
    @CsvSource({"REFUSED", "TOLD"})
    void whoeverIsToldOfUnreadDenialsIsSaid(Groups.Unread unread) throws IOException {
        script("home.test").fails("no answer");
        Settings settings = settings("home: " + HOME);

        assertThat(sources.prepare(settings, problems).groups(settings, unread).unread())
                .isEqualTo(unread);
    }
}

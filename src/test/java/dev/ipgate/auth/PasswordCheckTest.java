package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.Problems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PasswordCheckTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final IpAddress CLIENT = IpAddress.parse("192.0.2.1");
    private static final IpAddress OTHER = IpAddress.parse("192.0.2.2");
    private static final AttemptLimit LIMIT =
            new AttemptLimit(5, Duration.ofSeconds(60), Duration.ofSeconds(1), Duration.ofSeconds(60));

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger hashed = new AtomicInteger();
    private final PasswordCheck check = new PasswordCheck(anas("secret"), LIMIT, now::get);

    /** Ana, whose password is "hashed" in no time, and counted. */
    private Users anas(String password) {
        return new Users(Map.of("ana", attempt -> {
            hashed.incrementAndGet();
            return Arrays.equals(attempt, password.getBytes(UTF_8));
        }));
    }

    @Test
    void aRequestWithoutCredentialsNeverCounts() {
        for (int i = 0; i < 1000; i++) {
            assertThat(check.look(null, CLIENT)).isEqualTo(new Login.Missing(false));
            assertThat(check.look("Bearer abc", CLIENT)).isEqualTo(new Login.Missing(true));
            assertThat(check.look("Basic !", CLIENT)).isEqualTo(new Login.Missing(true));
        }
        assertThat(login("ana", "secret", CLIENT)).isEqualTo(new Login.Right("ana"));
        assertThat(hashed).hasValue(1);
    }

    @Test
    void tenThousandRequestsPayForOneHash() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(login("ana", "secret", i % 2 == 0 ? CLIENT : OTHER)).isEqualTo(new Login.Right("ana"));
        }
        assertThat(hashed).hasValue(1);
    }

    @Test
    void whatIsNotUsedForTenMinutesIsForgotten() {
        login("ana", "secret", CLIENT);
        for (int i = 0; i < 10; i++) {
            now.addAndGet(599 * SECOND);
            login("ana", "secret", CLIENT);
        }
        assertThat(hashed).hasValue(1);

        now.addAndGet(600 * SECOND);
        login("ana", "secret", CLIENT);
        assertThat(hashed).hasValue(2);
    }

    @Test
    void fiftyAtOncePayForOneHashToo() throws Exception {
        CountDownLatch hashing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        PasswordCheck slow = new PasswordCheck(
                new Users(Map.of("ana", attempt -> {
                    hashed.incrementAndGet();
                    hashing.countDown();
                    await(goOn);
                    return true;
                })),
                LIMIT,
                now::get);
        Login.Unchecked unchecked = (Login.Unchecked) slow.look(header("ana", "secret"), CLIENT);
        ExecutorService workers = Executors.newFixedThreadPool(50);
        try {
            List<Future<Login>> logins = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                logins.add(workers.submit(() -> slow.check(unchecked, CLIENT)));
            }
            await(hashing);
            assertThat(slow.look(header("ana", "secret"), CLIENT))
                    .isInstanceOf(Login.Unchecked.class); // nobody passes on a promise
            goOn.countDown();
            for (Future<Login> login : logins) {
                assertThat(login.get()).isEqualTo(new Login.Right("ana"));
            }
        } finally {
            workers.shutdownNow();
        }
        assertThat(hashed).hasValue(1);
    }

    @Test
    void manyAtOnceWithTheSameWrongPasswordCountOnce() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(50);
        try {
            Login.Unchecked unchecked = (Login.Unchecked) check.look(header("ana", "wrong"), CLIENT);
            List<Future<Login>> logins = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                logins.add(workers.submit(() -> check.check(unchecked, CLIENT)));
            }
            for (Future<Login> login : logins) {
                assertThat(login.get()).isEqualTo(new Login.Wrong("ana", 0));
            }
        } finally {
            workers.shutdownNow();
        }
        // Between the end of a hash and the note that it was wrong, each thread may begin another.
        assertThat(hashed.get()).isBetween(1, 50);
    }

    @Test
    void aHashThatFailsFreesWhoeverWaitsForIt() {
        AtomicInteger calls = new AtomicInteger();
        PasswordCheck broken = new PasswordCheck(
                new Users(Map.of("ana", attempt -> {
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("no memory, say");
                    }
                    return true;
                })),
                LIMIT,
                now::get);
        Login.Unchecked unchecked = (Login.Unchecked) broken.look(header("ana", "secret"), CLIENT);

        assertThatThrownBy(() -> broken.check(unchecked, CLIENT)).isInstanceOf(IllegalStateException.class);
        assertThat(broken.check(unchecked, CLIENT)).isEqualTo(new Login.Right("ana"));
    }

    @Test
    void afterFiveWrongOnesTheAnswersWaitAndAfterFiveMoreNothingIsChecked() {
        for (int i = 1; i <= 10; i++) {
            assertThat(login("ana", "guess" + i, CLIENT)).isEqualTo(new Login.Wrong("ana", i <= 5 ? 0 : SECOND));
        }
        now.addAndGet(SECOND / 2);
        assertThat(login("ana", "guess11", CLIENT)).isEqualTo(new Login.Held(60));
        assertThat(login("ana", "secret", CLIENT)).isEqualTo(new Login.Held(60));
        assertThat(check.look(null, CLIENT)).isEqualTo(new Login.Missing(false));
        assertThat(login("ana", "guess11", OTHER)).isEqualTo(new Login.Wrong("ana", 0));
        assertThat(hashed).hasValue(11);

        now.addAndGet(60 * SECOND);
        assertThat(login("ana", "secret", CLIENT)).isEqualTo(new Login.Right("ana"));
    }

    @Test
    void oneForgetfulColleagueDoesNotLockOutTheOffice() {
        login("ana", "secret", CLIENT);
        for (int i = 1; i <= 20; i++) {
            login("bo", "guess" + i, CLIENT);
            assertThat(login("ana", "secret", CLIENT)).isEqualTo(new Login.Right("ana"));
        }
        assertThat(login("bo", "guess", CLIENT)).isInstanceOf(Login.Held.class);
    }

    @Test
    void aProgramThatGoesOnSendingAnOldPasswordCountsOnceAndIsHashedOnce() {
        for (int i = 0; i < 1000; i++) {
            assertThat(login("ana", "old", CLIENT)).isEqualTo(new Login.Wrong("ana", 0));
        }
        assertThat(hashed).hasValue(1);
        assertThat(login("ana", "secret", CLIENT)).isEqualTo(new Login.Right("ana"));
    }

    @Test
    void whatWaitsInTheQueueIsNotHashedOnceTheClientIsHeld() {
        List<Login.Unchecked> queue = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            queue.add((Login.Unchecked) check.look(header("ana", "guess" + i), CLIENT));
        }
        List<Login> logins =
                queue.stream().map(unchecked -> check.check(unchecked, CLIENT)).toList();

        assertThat(logins.subList(0, 10)).allMatch(login -> login instanceof Login.Wrong);
        assertThat(logins.subList(10, 1000)).allMatch(login -> login instanceof Login.Held);
        assertThat(hashed).hasValue(10);
    }

    @Test
    void anotherFileForgetsWhatWasRightAndWhatWasWrong() {
        login("ana", "secret", CLIENT);
        login("ana", "new", CLIENT);
        Login.Unchecked queued = (Login.Unchecked) check.look(header("ana", "newer"), CLIENT);

        check.replace(anas("new"));
        assertThat(login("ana", "secret", CLIENT)).isEqualTo(new Login.Wrong("ana", 0));
        assertThat(login("ana", "new", CLIENT)).isEqualTo(new Login.Right("ana"));
        check.replace(anas("newer"));
        assertThat(check.check(queued, CLIENT)).isEqualTo(new Login.Right("ana"));
    }

    /** Whoever goes on passing does so though the client is held: another user's change is none of theirs. */
    @Test
    void aUserWhoseLineIsTheSameStaysRememberedWhenTheFileChanges() {
        PasswordCheck real = new PasswordCheck(users("ana:{PLAIN}secret", "bo:{PLAIN}old"), LIMIT, now::get);
        assertThat(login(real, "ana", "secret")).isEqualTo(new Login.Right("ana"));
        assertThat(login(real, "bo", "old")).isEqualTo(new Login.Right("bo"));
        assertThat(login(real, "bo", "new")).isEqualTo(new Login.Wrong("bo", 0));

        real.replace(users("# changed", "bo:{PLAIN}new", "cem:{PLAIN}x", "ana:{PLAIN}secret"));
        assertThat(real.look(header("ana", "secret"), OTHER)).isEqualTo(new Login.Right("ana"));
        assertThat(real.hashes()).isEqualTo(3);
        assertThat(login(real, "bo", "old")).isEqualTo(new Login.Wrong("bo", 0));
        assertThat(login(real, "bo", "new")).isEqualTo(new Login.Right("bo"));

        for (int i = 0; i < 10; i++) {
            login(real, "ana", "guess" + i);
        }
        real.replace(users("ana:{PLAIN}secret"));
        assertThat(login(real, "ana", "secret")).isEqualTo(new Login.Right("ana"));
        assertThat(login(real, "bo", "new")).as("gone, and held").isInstanceOf(Login.Held.class);

        real.replace(users("ana:{PLAIN}other"));
        real.replace(users("ana:{PLAIN}secret"));
        assertThat(login(real, "ana", "secret"))
                .as("once gone, it has to be shown again")
                .isInstanceOf(Login.Held.class);
    }

    private static Users users(String... lines) {
        return Users.parse("htpasswd", String.join("\n", lines), new Problems());
    }

    @Test
    void whoIsHeldStaysSoWhenTheFileChanges() {
        for (int i = 0; i < 10; i++) {
            login("ana", "guess" + i, CLIENT);
        }
        check.replace(anas("secret"));
        assertThat(login("ana", "secret", CLIENT)).isInstanceOf(Login.Held.class);
    }

    @Test
    void neitherPasswordsNorHashesAreShown() {
        String hash = "$2y$05$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq";
        Users users = Users.parse("htpasswd", "ana:" + hash + "\nbo:{PLAIN}hunter2\n", new Problems());
        Credentials credentials = Credentials.of("bo", "hunter2");
        PasswordCheck real = new PasswordCheck(users, LIMIT, now::get);
        Login unchecked = real.look(header("bo", "hunter2"), CLIENT);

        assertThat(List.of(
                        users,
                        credentials,
                        unchecked,
                        real,
                        real.check((Login.Unchecked) unchecked, CLIENT),
                        NewPassword.of("hunter2"),
                        PasswordHash.parse(hash),
                        PasswordHash.parse("{PLAIN}hunter2"),
                        PasswordHash.parse("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="),
                        PasswordHash.parse("$apr1$sh7YH9K2$yQiwZCUozb0lfgHLSnhEw/"),
                        UserLines.of(hash.getBytes(UTF_8))))
                .allSatisfy(shown -> assertThat(shown.toString())
                        .doesNotContain("hunter2", "aHVudGVyMg", "NKufnepMqU", "5en6G6", "yQiwZC"));
    }

    private Login login(String user, String password, IpAddress client) {
        return login(check, user, password, client);
    }

    private static Login login(PasswordCheck check, String user, String password) {
        return login(check, user, password, CLIENT);
    }

    private static Login login(PasswordCheck check, String user, String password, IpAddress client) {
        Login login = check.look(header(user, password), client);
        return login instanceof Login.Unchecked unchecked ? check.check(unchecked, client) : login;
    }

    private static String header(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}

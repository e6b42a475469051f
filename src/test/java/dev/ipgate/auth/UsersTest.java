package dev.ipgate.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsersTest {

    private static final String BCRYPT = "$2y$05$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq"; // secret
    private static final String SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="; // secret

    private final Problems problems = new Problems();

    @Test
    void readsUsersCommentsAndBlankLines() {
        Users users = Users.parse("htpasswd", """
                \uFEFFana:%s
                # the office

                  # indented
                bo:%s:Bo, from the office: till May
                c d:{PLAIN}in clear \r
                é😀:%s\t
                """.formatted(BCRYPT, SHA, SHA), problems);

        assertThat(messages()).isEmpty();
        assertThat(users.size()).isEqualTo(4);
        assertThat(users).hasToString("4 users");
        assertThat(users.accept(Credentials.of("ana", "secret"))).isTrue();
        assertThat(users.accept(Credentials.of("ana", "Secret"))).isFalse();
        assertThat(users.accept(Credentials.of("Ana", "secret"))).isFalse();
        assertThat(users.accept(Credentials.of("bo", "secret"))).isTrue();
        assertThat(users.accept(Credentials.of("c d", "in clear "))).isTrue();
        assertThat(users.accept(Credentials.of("c d", "in clear"))).isFalse();
        assertThat(users.accept(Credentials.of("é😀", "secret"))).isTrue();
        assertThat(users.accept(Credentials.of("# the office", "secret"))).isFalse();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            ana                             | the line has no colon; write user:hash, as ipgate passwd and htpasswd do
            5en6G6MezRroT3XKqkdPOmY         | the line has no colon; write user:hash, as ipgate passwd and htpasswd do
            :{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ= | the user's name is empty
            $apr1$sh7YH9K2$yQiwZCUozb0lfgHLSnhEw/:ana | the line does not begin with a user's name; write user:hash
            {SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=:ana | the line does not begin with a user's name; write user:hash
            ` ana:KYcgf/jrjU9Ng`            | the user's name has blanks around it
            ana :KYcgf/jrjU9Ng              | the user's name has blanks around it
            a\u0007na:KYcgf/jrjU9Ng         | the user's name has a control character
            a\uFFFDna:KYcgf/jrjU9Ng         | the user's name is not UTF-8
            ana:                            | user "ana" has no password
            ana::comment                    | user "ana" has no password
            ana:{PLAIN}                     | user "ana" has no password after {PLAIN}
            ana:{PLAIN}p\u0007w             | user "ana" has a control character in the password, or one that is not UTF-8, with which nobody can log in
            ana:secret                      | UNKNOWN
            ana:!                           | UNKNOWN
            ana:*                           | UNKNOWN
            ana:x                           | UNKNOWN
            ana:$2y                         | UNKNOWN
            ana:$9$abc                      | UNKNOWN
            ana:{sha}5en6G6MezRroT3XKqkdPOmY/BfQ= | UNKNOWN
            ana:KYcgf/jrjU9Nh               | UNKNOWN
            ana:KYcgf/jrjU9N                | UNKNOWN
            ana:éYcgf/jrjU9Ng               | UNKNOWN
            ana:KYcgf jrjU9Ng               | UNKNOWN
            ana:_J9..rasmz0.F/jqjWck        | UNKNOWN
            ana:$2$05$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq | FOREIGN bcrypt of before 1998
            ana:$2x$05$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq | FOREIGN bcrypt from a faulty program
            ana:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0 | FOREIGN yescrypt
            ana:$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA | FOREIGN Argon2
            ana:{SSHA256}abc                | FOREIGN LDAP's salted SHA-256
            ana:$2y$05$                     | BCRYPT $2y$
            ana:$2a$5$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq | BCRYPT $2a$
            ana:$2b$05$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJ | BCRYPT $2b$
            ana:$2y$05$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJqq | BCRYPT $2y$
            ana:$2y$05$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJr | BCRYPT $2y$
            ana:$2y$05$ip9dFZdolohokj.5NKufnfpMqU.NUswcX7RogcVaLbAPtOJ8jMZJq | BCRYPT $2y$
            ana:$2y$05$ip9dFZdolohokj+5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq | BCRYPT $2y$
            ana:$2y$05$ip9dFZdolohokj.5NKufnepMqU NUswcX7RogcVaLbAPtOJ8jMZJq | BCRYPT $2y$
            ana:$2y$03$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq | user "ana" has a bcrypt hash of cost 3, outside 4 to 16; use 12
            ana:$2y$17$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq | user "ana" has a bcrypt hash of cost 17, outside 4 to 16: one check would take too long; use 12
            ana:$2y$99$ip9dFZdolohokj.5NKufnepMqU.NUswcX7RogcVaLbAPtOJ8jMZJq | user "ana" has a bcrypt hash of cost 99, outside 4 to 16: one check would take too long; use 12
            ana:$apr1$$yQiwZCUozb0lfgHLSnhEw/          | MD5 apr1 $apr1$
            ana:$apr1$sh7YH9K2                         | MD5 apr1 $apr1$
            ana:$apr1$sh7YH9K2$yQiwZCUozb0lfgHLSnhEw   | MD5 apr1 $apr1$
            ana:$apr1$sh7YH9K2$yQiwZCUozb0lfgHLSnhEw2  | MD5 apr1 $apr1$
            ana:$apr1$sh7YH9K23$yQiwZCUozb0lfgHLSnhEw/ | MD5 apr1 $apr1$
            ana:$apr1$sh7 H9K2$yQiwZCUozb0lfgHLSnhEw/  | MD5 apr1 $apr1$
            ana:$1$$ysVNzQc4CTMkp5daOdZ.3/             | MD5 MD5 $1$
            ana:$1$GDQ37hH7$6JBjxpXVUanzzRlB8h0ac/x    | MD5 MD5 $1$
            ana:$5$$o1w7HPzHt8gHmL5zUzDkRqt6Az.BjDfkvuDNNLWnXx5 | SHA2 SHA-256 $5$ 43
            ana:$5$pReYoWJp6ICxOPEq$d2xbx5lDmbQ4AqKDhDNsxGpvmXO/HowQE/OcQ82RV3z | SHA2 SHA-256 $5$ 43
            ana:$5$rounds=$pReYoWJp6ICxOPEq$d2xbx5lDmbQ4AqKDhDNsxGpvmXO/HowQE/OcQ82RV32 | SHA2 SHA-256 $5$ 43
            ana:$6$abc                                 | SHA2 SHA-512 $6$ 86
            ana:$6$rounds=05000$salt$egUxKNxDs8kPfh8iPMNcosMhb2eWah6d3R44JDm5Rj/j/XWR5E33QPd0YmHXoDHOIDR6kL5D3JcQcz0O8FHE00 | SHA2 SHA-512 $6$ 86
            ana:$6$rounds=-1$salt$egUxKNxDs8kPfh8iPMNcosMhb2eWah6d3R44JDm5Rj/j/XWR5E33QPd0YmHXoDHOIDR6kL5D3JcQcz0O8FHE00 | SHA2 SHA-512 $6$ 86
            ana:$6$rounds=999$salt$egUxKNxDs8kPfh8iPMNcosMhb2eWah6d3R44JDm5Rj/j/XWR5E33QPd0YmHXoDHOIDR6kL5D3JcQcz0O8FHE00 | ROUNDS 999
            ana:$6$rounds=1000001$salt$egUxKNxDs8kPfh8iPMNcosMhb2eWah6d3R44JDm5Rj/j/XWR5E33QPd0YmHXoDHOIDR6kL5D3JcQcz0O8FHE00 | ROUNDS 1000001
            ana:$6$rounds=99999999999999999999$salt$egUxKNxDs8kPfh8iPMNcosMhb2eWah6d3R44JDm5Rj/j/XWR5E33QPd0YmHXoDHOIDR6kL5D3JcQcz0O8FHE00 | ROUNDS more than 999999999
            ana:{SHA}                       | SHA1 {SHA}
            ana:{SHA}5en6G6MezRroT3XKqkdPOmY/Bf== | SHA1 {SHA}
            ana:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ  | GOOD
            ana:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQx | SHA1 {SHA}
            ana:{SHA}5en6-6MezRroT3XKqkdPOmY/BfQ= | SHA1 {SHA}
            ana:{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ= | SSHA
            ana:{SSHA}not base64            | SSHA
            ana:{SSHA}                      | SSHA
            """)
    void saysWhatIsWrongWithALineAndNeverShowsIt(String line, String message) {
        String expected = message.replace(
                        "UNKNOWN",
                        "user \"ana\" has a password in no form that ipgate knows; make the entry with ipgate"
                                + " passwd or htpasswd -B (a password in clear begins with {PLAIN})")
                .replaceFirst(
                        "FOREIGN (.*)",
                        "user \"ana\" has a password in a form that ipgate does not know: $1; use" + " bcrypt")
                .replaceFirst(
                        "BCRYPT (.*)",
                        "user \"ana\" has a malformed bcrypt hash; right is $1, two digits of cost,"
                                + " \\$ and 53 characters out of ./A-Za-z0-9, as a whole")
                .replaceFirst(
                        "MD5 (\\S+) (\\S+)$",
                        "user \"ana\" has a malformed $1 hash; right is $2, a salt of 1 to 8"
                                + " characters, \\$ and 22 characters out of ./0-9A-Za-z, as a whole")
                .replaceFirst(
                        "SHA2 (\\S+) (\\S+) (\\d+)",
                        "user \"ana\" has a malformed $1 hash; right is $2, perhaps"
                                + " rounds=N\\$, a salt of 1 to 16 characters, \\$ and $3 characters out of ./0-9A-Za-z, as a"
                                + " whole")
                .replaceFirst(
                        "ROUNDS (.*)",
                        "user \"ana\" has a SHA-512 hash of $1 rounds, outside 1000 to 1000000;" + " 100000 are plenty")
                .replaceFirst(
                        "SSHA$",
                        "user \"ana\" has a malformed {SSHA} hash; right is {SSHA} and the base64 of 20"
                                + " bytes and the salt")
                .replaceFirst(
                        "SHA1 \\{SHA}",
                        "user \"ana\" has a malformed {SHA} hash; right is {SHA} and the base64 of" + " 20 bytes");
        String text = line.translateEscapes().replace("\\u0007", "\u0007").replace("\\uFFFD", "\uFFFD");
        Users users = Users.parse("htpasswd", "bo:" + SHA + "\n" + text + "\ncy:" + SHA + "\n", problems);

        if (message.equals("GOOD")) {
            assertThat(messages()).isEmpty();
        } else {
            assertThat(messages()).containsExactly("htpasswd:2: " + expected);
            assertThat(problems.all().get(0).sourceLine()).isEmpty();
            assertThat(users.size()).isEqualTo(2);
        }
    }

    @Test
    void aUserIsThereOnce() {
        Users.parse("htpasswd", "ana:bad\nbo:" + SHA + "\nana:" + SHA + "\n", problems);

        assertThat(messages())
                .hasSize(2)
                .last()
                .isEqualTo("htpasswd:3: user \"ana\" is in line 1 already; remove one of the two");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            ''
            '# nobody yet'
            '   '
            """)
    void aFileWithoutUsersIsAProblem(String text) {
        assertThat(Users.parse("htpasswd", text, problems).size()).isZero();
        assertThat(messages())
                .containsExactly(
                        "htpasswd: has no user, so nobody could log in; make one with: ipgate passwd htpasswd USER");
    }

    @Test
    void aColonInAPasswordInClearIsPointedOut() {
        Users users = Users.parse("htpasswd", "ana:{PLAIN}first:second", problems);

        assertThat(problems.hasErrors()).isFalse();
        assertThat(messages())
                .containsExactly(
                        "htpasswd:1: warning: user \"ana\" has a password in clear with a colon, which ends it, as"
                                + " in nginx");
        assertThat(users.accept(Credentials.of("ana", "first"))).isTrue();
        assertThat(users.accept(Credentials.of("ana", "first:second"))).isFalse();
    }

    @Test
    void everythingIsBounded() {
        Users.parse("big", "#".repeat(Users.LARGEST_FILE + 1), problems);
        Users.parse("long", "ana:" + "x".repeat(1000) + "\n#" + "x".repeat(10_000) + "\nbo:" + SHA, problems);
        Users.parse("name", "x".repeat(256) + ":" + SHA, problems);
        Users.parse("zero", "ana:" + SHA + "\n\0", problems);
        StringBuilder many = new StringBuilder();
        for (int i = 0; i <= 20_000; i++) {
            many.append('u').append(i).append(':').append(SHA).append('\n');
        }
        assertThat(Users.parse("many", many + "v:" + SHA, problems).size()).isGreaterThanOrEqualTo(20_000);

        assertThat(messages())
                .containsExactlyInAnyOrder(
                        "big: is larger than 4 MiB",
                        "long:1: the line is longer than 1000 characters",
                        "name:1: the user's name is longer than 255 bytes",
                        "zero: holds zero bytes; save the file as UTF-8",
                        "many:20001: is user number 20001, and a file may have 20000");
    }

    @Test
    void showsTheFirstTwentyProblems() {
        Users.parse("htpasswd", "secret\n".repeat(50), problems);

        assertThat(messages()).hasSize(21).contains("htpasswd: … and 30 more");
    }

    /** Whoever asks for a name that is not there sets some user's hash to work, and each user's as often as the next's. */
    @Test
    void anUnknownUserCostsWhatAKnownOneDoes() {
        Map<String, PasswordHash> hashes = new HashMap<>();
        Map<String, AtomicInteger> calls = new HashMap<>();
        for (String name : List.of("ana", "bo", "cy", "di")) {
            AtomicInteger count = new AtomicInteger();
            calls.put(name, count);
            hashes.put(name, password -> {
                count.incrementAndGet();
                return true; // that a decoy agrees does not matter
            });
        }
        Users users = new Users(hashes);
        for (int i = 0; i < 4000; i++) {
            assertThat(users.accept(Credentials.of("user" + i, "secret"))).isFalse();
        }
        calls.forEach((name, count) -> assertThat(count.get()).as(name).isBetween(700, 1300));

        calls.values().forEach(count -> count.set(0));
        for (int i = 0; i < 100; i++) {
            users.accept(Credentials.of("eve", "secret" + i));
        }
        assertThat(calls.values().stream().map(AtomicInteger::get)).containsOnlyOnce(100);
    }

    @Test
    void nobodyLogsInWhereThereIsNobody() {
        assertThat(new Users(Map.of()).accept(Credentials.of("ana", ""))).isFalse();
    }

    /** Whatever a file holds: no exception, no hash in a problem, and whoever was read can be tried. */
    @Test
    void nothingThrows() {
        long seed = 20261125;
        Random random = new Random(seed);
        String good = "ana:" + BCRYPT + "\nbo:" + SHA + ":c\n#x\ncy:$6$rounds=1000$jjWx$jWKWW4fr\ndi:KYcgf/jrjU9Ng\r\n"
                + "ed:$apr1$sh7YH9K2$yQiwZCUozb0lfgHLSnhEw/\nfy:{PLAIN}pw\ngu:{SSHA}5en6G6MezRroT3XKqkdPOmY/BfRzYWx0\n";
        String alphabet = "$:{}=#\n\r\0 ./2ay6Aé\uFFFD\uD800";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(good);
            for (int n = random.nextInt(8); n > 0; n--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                } else {
                    text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(8)));
                }
            }
            Problems found = new Problems();
            Users users = Users.parse("htpasswd", text.toString(), found);
            assertThat(users.size() > 0 || found.hasErrors())
                    .as("seed %d, round %d", seed, i)
                    .isTrue();
            for (Problem problem : found.all()) { // what stands before a line's colon is a name, whatever it looks like
                assertThat(problem.withExcerpt().replaceFirst("user \"[^\"]*\"", ""))
                        .as("seed %d, round %d", seed, i)
                        .doesNotContain("MqU.NUswcX7", "G6MezRroT3", "WKWW4f", "cgf/jrj", "QiwZCUoz");
            }
            if (i % 100 == 0) {
                for (String name : List.of("ana", "bo", "cy", "di", "ed", "fy", "gu")) {
                    users.accept(Credentials.of(name, "wrong"));
                }
            }
        }
    }

    private List<String> messages() {
        return problems.all().stream().map(Problem::withExcerpt).toList();
    }
}

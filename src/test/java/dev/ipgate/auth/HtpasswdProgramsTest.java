package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.problem.Problems;
import dev.ipgate.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the real htpasswd and openssl write is read here, and the right password found right and a wrong one wrong. */
class HtpasswdProgramsTest {

    private static final List<String> PASSWORDS = List.of(
            "secret",
            "x",
            "with blanks ",
            "pässwörd €",
            "a:b:c",
            "😀😀",
            "0123456789abcdef",
            "ü".repeat(36),
            "z".repeat(100));

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "htpasswd {0}")
    @CsvSource(textBlock = """
            # option,    starts with,     differs after so many bytes
            -m,          $apr1$,          100
            -2,          $5$,             100
            -2 -r 9000,  $5$rounds=9000$, 100
            -5,          $6$,             100
            -5 -r 9000,  $6$rounds=9000$, 100
            -B,          $2y$05$,         72
            -B -C 8,     $2y$08$,         72
            -s,          {SHA},           100
            -d,          '',              8
            """)
    void readsWhatHtpasswdWrites(String options, String start, int significant) throws Exception {
        Path htpasswd = Programs.require("htpasswd");
        Path file = folder.resolve("htpasswd");
        for (int i = 0; i < PASSWORDS.size(); i++) {
            List<String> command = new ArrayList<>(List.of(htpasswd.toString(), "-i"));
            command.addAll(Arrays.asList(options.split(" ")));
            if (i == 0) {
                command.add("-c");
            }
            command.addAll(List.of(file.toString(), "user" + i));
            run(PASSWORDS.get(i) + "\n", command);
        }
        String text = Files.readString(file);
        assertThat(text.lines()).hasSize(PASSWORDS.size()).allMatch(line -> line.contains(":" + start));

        Users users = users(text, PASSWORDS.size());
        for (int i = 0; i < PASSWORDS.size(); i++) {
            verifies(users, "user" + i, PASSWORDS.get(i), significant);
        }
    }

    @ParameterizedTest(name = "openssl passwd {0}")
    @CsvSource(textBlock = """
            -apr1,                  $apr1$
            -1,                     $1$
            -5,                     $5$
            -6,                     $6$
            -1 -salt a,             $1$a$
            -6 -salt 0123456789abcdef, $6$0123456789abcdef$
            -6 -salt rounds=1000$salt, $6$rounds=1000$salt$
            """)
    void readsWhatOpensslWrites(String options, String start) throws Exception {
        Path openssl = Programs.require("openssl");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < PASSWORDS.size(); i++) {
            List<String> command = new ArrayList<>(List.of(openssl.toString(), "passwd", "-stdin"));
            command.addAll(Arrays.asList(options.split(" ")));
            String hash = run(PASSWORDS.get(i) + "\n", command);
            assertThat(hash).startsWith(start);
            text.append("user").append(i).append(':').append(hash);
        }
        Users users = users(text.toString(), PASSWORDS.size());
        for (int i = 0; i < PASSWORDS.size(); i++) {
            verifies(users, "user" + i, PASSWORDS.get(i), 100);
        }
    }

    @ParameterizedTest
    @CsvSource({"{SHA}, ''", "{SSHA}, salt", "{SSHA}, s", "{SSHA}, 0123456789abcdefä"})
    void readsWhatLdapToolsWrite(String prefix, String salt) throws Exception {
        Path openssl = Programs.require("openssl");
        for (String password : PASSWORDS) {
            Path digest = folder.resolve("digest");
            run(password + salt, List.of(openssl.toString(), "dgst", "-sha1", "-binary", "-out", digest.toString()));
            byte[] salted = Arrays.copyOf(Files.readAllBytes(digest), 20 + salt.getBytes(UTF_8).length);
            System.arraycopy(salt.getBytes(UTF_8), 0, salted, 20, salted.length - 20);
            String hash = prefix + Base64.getEncoder().encodeToString(salted);

            verifies(users("ana:" + hash, 1), "ana", password, 100);
        }
    }

    /** The three names of bcrypt are one algorithm, as far as passwords in UTF-8 go. */
    @Test
    void readsBcryptUnderAllItsNames() throws Exception {
        Path htpasswd = Programs.require("htpasswd");
        for (String password : PASSWORDS) {
            String line = run(password + "\n", List.of(htpasswd.toString(), "-niB", "ana"));
            for (String name : List.of("$2a$", "$2b$", "$2y$")) {
                verifies(users(line.strip().replace("$2y$", name), 1), "ana", password, 72);
            }
        }
    }

    @Test
    void theOthersReadWhatWeWrite() throws Exception {
        Path htpasswd = Programs.require("htpasswd");
        for (String password : List.of("secret", "pässwörd €", "ü".repeat(36))) {
            String hash = NewPassword.of(password).hash();
            assertThat(hash).startsWith("$2y$12$");
            Path file = Files.writeString(folder.resolve("ours"), "ana:" + hash + "\n");
            run(password + "\n", List.of(htpasswd.toString(), "-vi", file.toString(), "ana"));
            verifies(users("ana:" + hash, 1), "ana", password, 72);
        }
    }

    /** @param significant how many bytes of a password the scheme looks at */
    private static void verifies(Users users, String user, String password, int significant) {
        byte[] bytes = password.getBytes(UTF_8);
        assertThat(users.accept(Credentials.of(user, password))).as(password).isTrue();
        assertThat(users.accept(Credentials.of(user, "!" + password)))
                .as(password)
                .isFalse();
        assertThat(users.accept(Credentials.of(user, ""))).as(password).isFalse();
        assertThat(users.accept(Credentials.of(user, password + "!")))
                .as(password)
                .isEqualTo(bytes.length >= significant && significant < 100);
    }

    private static Users users(String text, int expected) {
        Problems problems = new Problems();
        Users users = Users.parse("htpasswd", text, problems);
        assertThat(problems.all()).isEmpty();
        assertThat(users.size()).isEqualTo(expected);
        return users;
    }

    private String run(String input, List<String> command) throws IOException, InterruptedException {
        Path in = Files.writeString(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectErrorStream(true)
                .start();
        int status = process.waitFor();
        String said = Files.readString(out);
        assertThat(status).as("%s: %s", command, said).isZero();
        return said;
    }
}

package dev.ipgate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ipgate passwd}, but for the terminal: {@link PasswdIT}. */
class PasswdTest {

    private static final String BO = "bo:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n"; // secret

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("htpasswd");
    }

    @Test
    void helpNamesItsOptionsAndExitStatuses() {
        CommandRun run = CommandRun.of("passwd", "--help");

        assertThat(run.status()).isZero();
        assertThat(run.out())
                .startsWith("ipgate passwd FILE USER ")
                .contains("--stdin", "--delete", "--verify", "Exit status: 0 ", "64 ");
        assertThat(CommandRun.of("--help").out()).contains("ipgate passwd ");
    }

    @Test
    void makesAFileThatOthersCannotRead() throws IOException {
        CommandRun run = passwd("hunter2\n", "ana", "--stdin");

        assertThat(run).isEqualTo(new CommandRun(0, "", "\"ana\" was added to " + file + "\n"));
        assertThat(Files.readString(file)).matches("ana:\\$2y\\$12\\$[./A-Za-z0-9]{53}\n");
        assertThat(mode(file)).isEqualTo("rw-r-----");
        assertThat(folder).isDirectoryContaining("glob:**/htpasswd");
        assertThat(leftInFolder()).containsExactly("htpasswd");
    }

    @Test
    void changesOneLineAndKeepsAllOthers() throws IOException {
        byte[] before = ("# Jos\u00e9's\r\n\n" + BO + "ana:KYcgf/jrjU9Ng:the boss\n#ana:x\n").getBytes(ISO_8859_1);
        Files.write(file, before);
        CommandRun run = passwd("hunter2", "ana", "--stdin");

        assertThat(run).isEqualTo(new CommandRun(0, "", "\"ana\" has a new password in " + file + "\n"));
        assertThat(Files.readString(file, ISO_8859_1).replaceFirst("\\$2y\\$[^:]*", "KYcgf/jrjU9Ng"))
                .isEqualTo(new String(before, ISO_8859_1));
        assertThat(passwd("hunter2\r\n", "ana", "--verify", "--stdin").status()).isZero();
    }

    @Test
    void keepsOwnerGroupAndMode() throws IOException {
        Files.writeString(file, BO);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root) { // anybody else can give a file to nobody
            view.setOwner(file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
            GroupPrincipal group =
                    file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName("daemon");
            view.setGroup(group);
        }
        String owner =
                view.readAttributes().owner() + " " + view.readAttributes().group();

        assertThat(passwd("hunter2\n", "ana", "--stdin").status()).isZero();
        assertThat(mode(file)).isEqualTo("rw-rw-r--");
        assertThat(view.readAttributes().owner() + " " + view.readAttributes().group())
                .isEqualTo(owner);
    }

    @Test
    void writesWhereALinkLeadsAndLeavesTheLink() throws IOException {
        Path real = Files.createDirectory(folder.resolve("shared")).resolve("users");
        Files.writeString(real, BO);
        Path link = Files.createSymbolicLink(file, Path.of("shared/users"));

        assertThat(passwd("hunter2\n", "ana", "--stdin").status()).isZero();
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(Files.readString(real)).startsWith(BO + "ana:$2y$12$");
        assertThat(leftInFolder()).containsExactlyInAnyOrder("htpasswd", "shared");

        Files.delete(real);
        assertThat(passwd("hunter2\n", "ana", "--stdin"))
                .isEqualTo(new CommandRun(1, "", "ipgate: \"" + file + "\" is a link to what is not there\n"));
    }

    @Test
    void removesAUser() throws IOException {
        Files.writeString(file, "# c\nana:KYcgf/jrjU9Ng\n" + BO);

        assertThat(passwd("", "ana", "--delete"))
                .isEqualTo(new CommandRun(0, "", "\"ana\" was removed from " + file + "\n"));
        assertThat(Files.readString(file)).isEqualTo("# c\n" + BO);
        assertThat(passwd("", "ana", "--delete"))
                .isEqualTo(new CommandRun(1, "", "there is no user \"ana\" in " + file + "\n"));
        CommandRun last = passwd("", "bo", "--delete");
        assertThat(last.status()).isZero();
        assertThat(last.err()).contains("has no user, so nobody could log in");
    }

    @ParameterizedTest(name = "{0} with {1}: {2}")
    @CsvSource(textBlock = """
            # user, password, status, said
            bo,     secret,   0,      the password of \"bo\" is right
            bo,     Secret,   1,      the password of \"bo\" is wrong
            cy,     secret,   1,      there is no user \"cy\" in FILE
            """)
    void triesAPassword(String user, String password, int status, String said) throws IOException {
        Files.writeString(file, BO);

        assertThat(passwd(password + "\n", user, "--verify", "--stdin"))
                .isEqualTo(new CommandRun(status, "", said.replace("FILE", file.toString()) + "\n"));
        assertThat(Files.readString(file)).isEqualTo(BO);
    }

    @Test
    void whatElseIsWrongWithTheFileIsSaid() throws IOException {
        Files.writeString(file, BO + "cy:hunter3\n");

        assertThat(passwd("hunter2\n", "ana", "--stdin").err())
                .startsWith("\"ana\" was added to " + file + "\n" + file + ":2: user \"cy\" has a password in no form")
                .doesNotContain("hunter");
        assertThat(passwd("x\n", "cy", "--verify", "--stdin").status()).isEqualTo(1);
        assertThat(passwd("hunter3\n", "cy", "--stdin").err()).isEqualTo("\"cy\" has a new password in " + file + "\n");
    }

    @ParameterizedTest(name = "\"{0}\": {1}")
    @CsvSource(quoteCharacter = '"', textBlock = """
            "",          "standard input is empty; it should have the password, in one line"
            "\n",        the password is empty; nothing was changed
            "a\tb\n",    "the password has a control character, which no client can send; nothing was changed"
            """)
    void aBadPasswordChangesNothing(String input, String said) throws IOException {
        Files.writeString(file, BO);

        assertThat(passwd(input, "ana", "--stdin")).isEqualTo(new CommandRun(1, "", "ipgate: " + said + "\n"));
        assertThat(passwd("ü".repeat(37), "ana", "--stdin").err()).contains("has 74 bytes in UTF-8");
        assertThat(passwd("x".repeat(5000), "ana", "--stdin").err()).contains("too long for a password");
        assertThat(Files.readString(file)).isEqualTo(BO);
    }

    @Test
    void withoutATerminalItSaysSo() {
        assertThat(passwd("secret\n", "ana"))
                .isEqualTo(
                        new CommandRun(1, "", "ipgate: there is no terminal to ask for the password; use --stdin\n"));
        assertThat(file).doesNotExist();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(quoteCharacter = '"', delimiter = '|', textBlock = """
            # arguments               | said
            FILE                      | missing: USER
            ""                        | missing: FILE USER
            FILE ana secret           | a password on the command line is seen by everybody on this machine; leave it out, or use --stdin
            FILE ana --delete --stdin | --delete wants no password, so neither --stdin nor --verify
            FILE ana --delete --verify | --delete wants no password, so neither --stdin nor --verify
            FILE ana --stdni          | unknown option "--stdni"; did you mean --stdin?
            FILE a:na --stdin         | the user's name has a colon, which ends the name in a users file and in a request
            FILE a\u0007na --stdin    | the user's name has a control character
            FILE #ana --stdin         | the user's name begins with #, as a comment does
            FILE LONG --stdin         | the user's name is longer than 255 bytes
            """)
    void wrongUsageIsExplained(String arguments, String said) {
        String line = "passwd " + arguments.replace("FILE", file.toString()).replace("LONG", "ü".repeat(128));
        CommandRun run = CommandRun.withInput("secret\n", line.strip().split(" "));

        assertThat(run).isEqualTo(new CommandRun(64, "", "ipgate: " + said + "\nTry: ipgate --help\n"));
        assertThat(file).doesNotExist();
    }

    @Test
    void anEmptyOrPaddedNameIsRefused() {
        assertThat(CommandRun.of("passwd", file.toString(), "").err()).contains("the user's name is empty");
        assertThat(CommandRun.of("passwd", file.toString(), " ana").err()).contains("the user's name has blanks");
    }

    @Test
    void otherFilesAreLeftAlone() throws IOException {
        String conf = "listen: 8080\nrules:\n  - allow: 127.0.0.1\n";
        Files.writeString(file, conf);
        CommandRun run = passwd("secret\n", "ana", "--stdin");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("ipgate: \"" + file + "\" does not look like a users file; nothing was changed");
        assertThat(Files.readString(file)).isEqualTo(conf);

        for (String[] wrong : new String[][] {
            {folder.toString(), "is a directory"},
            {"/dev/null", "is not a regular file"},
            {folder.resolve("none/htpasswd").toString(), "there is no folder"},
        }) {
            CommandRun refused = CommandRun.withInput("secret\n", "passwd", wrong[0], "ana", "--stdin");
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err()).contains(wrong[1]);
        }
        assertThat(passwd("x", "ana", "--delete").status()).isEqualTo(1);
        Path missing = folder.resolve("missing");
        assertThat(CommandRun.of("passwd", missing.toString(), "ana", "--delete")
                        .err())
                .isEqualTo("ipgate: there is no file \"" + missing + "\"\n");
    }

    @Test
    void htpasswdReadsItAndWeReadHtpasswds() throws Exception {
        Path htpasswd = Programs.require("htpasswd");
        assertThat(passwd("pässwörd €\n", "ána", "--stdin").status()).isZero();
        run(htpasswd.toString(), "-vb", file.toString(), "ána", "pässwörd €");
        run(htpasswd.toString(), "-bB", file.toString(), "bo", "secret");
        assertThat(passwd("secret\n", "bo", "--verify", "--stdin").status()).isZero();
        assertThat(passwd("pässwörd €\n", "ána", "--verify", "--stdin").status())
                .isZero();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    }

    private CommandRun passwd(String input, String user, String... options) {
        List<String> args = Stream.concat(Stream.of("passwd", file.toString(), user), Stream.of(options))
                .toList();
        return CommandRun.withInput(input, args.toArray(String[]::new));
    }

    private List<String> leftInFolder() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}

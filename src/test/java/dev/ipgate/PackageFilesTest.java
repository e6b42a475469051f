package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.KeyNames;
import dev.ipgate.packaging.Completion;
import dev.ipgate.packaging.HelpText;
import dev.ipgate.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Man pages, completion and conf file, as the packages have them. */
class PackageFilesTest {

    private static final PackageFiles FILES = new PackageFiles(
            Path.of(""), "1.2.3", Instant.parse("2026-11-23T00:00:00Z"), "Ana Example <ana@example.org>");

    @TempDir
    private Path folder;

    @Test
    void theManPageHasEveryCommandWithAllItSaysOfItself() throws IOException {
        String page = unescaped(FILES.ipgate8());
        assertThat(PackageFiles.commands())
                .extracting(HelpText::command)
                .contains("serve", "check", "explain", "reload", "import-nginx", "passwd");
        for (HelpText command : PackageFiles.commands()) {
            command.forms().forEach(form -> assertThat(page).contains(form.synopsis()));
            command.operands().forEach(operand -> assertThat(page).contains(operand.name() + " " + operand.meaning()));
            command.options().forEach(option -> assertThat(page).contains(option.form() + " " + option.meaning()));
            command.paragraphs().forEach(line -> assertThat(page).contains(line));
        }
    }

    @Test
    void theManPageOfTheConfFileHasEveryKey() throws IOException {
        String page = FILES.ipgateYaml5();
        assertThat(KeyNames.all())
                .allSatisfy(key -> assertThat(page).contains("\n.TP\n\\fB" + key.replace("-", "\\-") + "\\fP"));
    }

    @Test
    void mandocFindsNothingToSayAboutThePages() throws Exception {
        Path mandoc = Programs.require("mandoc");
        for (String page : new String[] {FILES.ipgate8(), FILES.ipgateYaml5()}) {
            Path file = Files.writeString(folder.resolve("page"), page);
            assertThat(said(mandoc.toString(), "-T", "lint", "-W", "warning", file.toString()))
                    .isEmpty();
        }
    }

    /** As typed so far, with what is completed last; and what there is to choose from. */
    @ParameterizedTest(name = "ipgate {0}")
    @CsvSource(delimiter = '|', textBlock = """
            c               | check
            explain --h     | --host --header --help
            --d             | --demo
            passwd --ver    | --verify --version
            explain --path  | NOTHING
            reload -c /etc/host | /etc/host.conf /etc/hostname /etc/hosts
            """)
    void bashCompletes(String typed, String choices) throws Exception {
        Path bash = Programs.require("bash");
        Path script = Files.writeString(folder.resolve("ipgate"), new Completion(PackageFiles.commands()).bash());
        String words = typed.equals("explain --path") ? typed + " ''" : typed;
        String answers = said(bash.toString(), "--norc", "-c", """
                _init_completion() {
                  cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
                }
                _filedir() { COMPREPLY=($(compgen -f -- "$cur")); }
                . '%s'
                COMP_WORDS=(ipgate %s)
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _ipgate
                echo "${COMPREPLY[*]:-NOTHING}"
                """.formatted(script, words));
        assertThat(answers.strip().split("\\s+")).contains(choices.split(" "));
        if (!choices.startsWith("/")) {
            assertThat(answers.strip()).isEqualTo(choices);
        }
    }

    @Test
    void zshTakesItsCompletion() throws Exception {
        Path zsh = Programs.require("zsh");
        Path script = Files.writeString(folder.resolve("_ipgate"), new Completion(PackageFiles.commands()).zsh());
        assertThat(said(zsh.toString(), "-n", script.toString())).isEmpty();
    }

    @Test
    void theConfFileCanBeUsedAndHasTheControlSocketOfTheUnit() throws IOException {
        String conf = FILES.conf();
        assertThat(conf).contains("\ncontrol: /run/ipgate/control\n").doesNotContain("src/site");
        assertThat(Files.readString(Path.of("systemd/ipgate.service"))).contains("\nRuntimeDirectory=ipgate\n");
        CommandRun check = CommandRun.of(
                "check",
                "-c",
                Files.writeString(folder.resolve("ipgate.yaml"), conf).toString());
        assertThat(check.status()).as(check.err()).isZero();
    }

    private static String unescaped(String page) {
        return page.lines()
                .filter(line -> !line.startsWith("."))
                .map(line -> line.startsWith("\\&") ? line.substring(2) : line)
                .reduce("", (text, line) -> text + " " + line)
                .replaceAll("\\\\f[BPI]", "")
                .replace("\\-", "-")
                .replace("\\e", "\\")
                .replaceAll(" +", " ");
    }

    private static String said(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return said;
    }
}

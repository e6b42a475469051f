package dev.ipgate.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ipgate.net.IpRange;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListFileTest {

    @TempDir
    Path folder;

    private final Problems problems = new Problems();
    private final List<IpRange> found = new ArrayList<>();

    @Test
    void readsAddressesBlocksRangesAndComments() throws IOException {
        read("""
                # the office
                203.0.113.7          # Ana
                10.0.0.0/8

                   2001:db8::/32
                192.0.2.1-192.0.2.9
                ::1
                """);

        assertThat(found)
                .containsExactly(
                        IpRange.parse("203.0.113.7"),
                        IpRange.parse("10.0.0.0/8"),
                        IpRange.parse("2001:db8::/32"),
                        IpRange.parse("192.0.2.1-192.0.2.9"),
                        IpRange.parse("::1"));
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void readsNginxLinesAndMasksAsItDoes() throws IOException {
        read("""
                allow 203.0.113.7;
                  allow   2001:db8::/32 ; # with a comment
                10.0.0.0/8 1;
                192.0.2.1-192.0.2.9 1;
                allow 10.1.2.3/8;
                """);

        assertThat(found)
                .containsExactly(
                        IpRange.parse("203.0.113.7"),
                        IpRange.parse("2001:db8::/32"),
                        IpRange.parse("10.0.0.0/8"),
                        IpRange.parse("192.0.2.1-192.0.2.9"),
                        IpRange.parse("10.0.0.0/8"));
        assertThat(messages())
                .containsExactly("list.txt:5:1: warning: \"10.1.2.3/8\" has host bits set and is read as 10.0.0.0/8,"
                        + " as nginx does");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            10.0.0.1/8       | "10.0.0.1/8" has host bits set; did you mean 10.0.0.0/8?
            10.0.0.256       | "10.0.0.256" has an octet over 255
            010.0.0.1        | "010.0.0.1" has an octet with a leading zero, which some programs read as octal; did you mean 10.0.0.1?
            10.0.0.1 10.0.0.2 | "10.0.0.1 10.0.0.2" is more than one; write one a line
            home.example.org | "home.example.org" is not an IP address; write an address, a block or a range a line
            all              | "all" cannot be in a group; write it where the group is used
            allow 10.0.0.1   | "allow 10.0.0.1" is nginx's without its semicolon; write the address alone
            deny 10.0.0.1;   | "deny 10.0.0.1;" denies, but a group only says who is in it; write the denial as a rule before the group's
            allow all;       | "allow all;" names everybody, who cannot be in a group
            default 0;       | "default 0;" names everybody, who cannot be in a group
            10.0.0.1 0;      | "10.0.0.1 0;" has another value than 1; leave out who is not in the group
            10.0.0.1;        | "10.0.0.1;" is neither an address nor nginx's allow x; or x 1;
            geo $ok {;       | "geo $ok {;" is neither an address nor nginx's allow x; or x 1;
            """)
    void saysWhatIsWrongWithALine(String line, String message) throws IOException {
        read("192.0.2.1\n  " + line + "\n192.0.2.2\n");

        assertThat(messages()).containsExactly("list.txt:2:3: " + message);
        assertThat(problems.all().get(0).sourceLine()).isEqualTo("  " + line);
        assertThat(found).containsExactly(IpRange.parse("192.0.2.1"), IpRange.parse("192.0.2.2"));
    }

    @Test
    void toleratesWindowsLineEndsAndAByteOrderMark() throws IOException {
        read("\uFEFF192.0.2.1\r\n# c\r\n192.0.2.2\r192.0.2.3");

        assertThat(found).hasSize(3);
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void refusesWhatIsNotUtf8ExceptInComments() throws IOException {
        Path file = folder.resolve("list.txt");
        Files.write(file, "192.0.2.1 # Jos\u00e9\n\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        ListFile.read(file, found::add, problems);

        assertThat(messages()).containsExactly("list.txt:2:1: \"\uFFFD\" is not UTF-8; save the file as UTF-8");
    }

    @Test
    void refusesUtf16AtOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("list.txt"), "192.0.2.1\n".repeat(50), StandardCharsets.UTF_16);
        ListFile.read(file, found::add, problems);

        assertThat(messages()).containsExactly("list.txt:1:1: holds zero bytes; save the file as UTF-8");
    }

    @Test
    void showsTheFirstTwentyProblems() throws IOException {
        read("x\n".repeat(20) + "192.0.2.1\n" + "y\n".repeat(30));

        assertThat(messages()).hasSize(21).contains("list.txt: … and 30 more");
    }

    @Test
    void aMistakeBehindManyWarningsIsAnError() throws IOException {
        read("192.0.2.1/24 1;\n".repeat(30) + "x\n");

        assertThat(problems.hasErrors()).isTrue();
    }

    @Test
    void saysWhyAFileCannotBeRead() throws IOException {
        Path huge = folder.resolve("huge.txt");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength((256L << 20) + 1); // sparse
        }

        assertThat(reading(folder.resolve("none.txt")))
                .hasMessage("there is no file \"" + folder.resolve("none.txt") + "\"");
        assertThat(reading(folder)).hasMessage("\"" + folder + "\" is a directory");
        assertThat(reading(huge)).hasMessage("\"" + huge + "\" is larger than 256 MiB");
        assertThat(reading(Path.of("/dev/null"))).hasMessage("\"/dev/null\" is not a regular file");
        assertThat(found).isEmpty();
    }

    private Throwable reading(Path file) {
        return catchThrowableOfType(SourceException.class, () -> ListFile.read(file, found::add, problems));
    }

    @Test
    void aLineTooLongForAnAddressIsCutNotKept() throws IOException {
        read("1".repeat(5_000_000) + "\n192.0.2.1\n");

        assertThat(found).containsExactly(IpRange.parse("192.0.2.1"));
        assertThat(messages()).containsExactly("list.txt:1:1: the line is longer than 1000 characters");
        assertThat(problems.all().get(0).sourceLine()).hasSizeLessThan(1100);
    }

    @Test
    void whatWasCutOffIsNotTakenForNothing() throws IOException {
        String blanks = " ".repeat(2000);
        read("10.0.0.1" + blanks + "x\n10.0.0.2 # " + blanks + "x\n");

        assertThat(found).containsExactly(IpRange.parse("10.0.0.2"));
        assertThat(messages()).containsExactly("list.txt:1:1: the line is longer than 1000 characters");
    }

    @Test
    void readsAMillionLines() throws IOException {
        Path file = folder.resolve("list.txt");
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (int i = 0; i < 1_000_000; i++) {
                writer.write((i >> 16 & 255) + "." + (i >> 8 & 255) + "." + (i & 255) + ".0/24\n");
            }
        }
        long[] count = new long[1];
        ListFile.read(file, range -> count[0]++, problems);

        assertThat(count[0]).isEqualTo(1_000_000);
        assertThat(problems.all()).isEmpty();
    }

    private void read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("list.txt"), text);
        ListFile.read(file, found::add, problems);
    }

    private List<String> messages() {
        return problems.all().stream()
                .map(Problem::toString)
                .map(text -> text.replace(folder + "/", ""))
                .toList();
    }
}

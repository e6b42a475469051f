package dev.ipgate.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemsTest {

    private final Problems problems = new Problems();

    @Test
    void tellsAllProblemsInTheOrderOfTheFiles() {
        problems.source("ipgate.yaml", "listen: 1\nrules: 2\n");
        problems.error(new Position("list.txt", 1, 1), "", "third");
        problems.error(new Position("ipgate.yaml", 2, 8), "rules", "second");
        problems.warning(new Position("ipgate.yaml", 1, 9), "listen", "first");

        assertThatThrownBy(problems::throwIfErrors)
                .isInstanceOf(ConfigException.class)
                .hasNoCause()
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty())
                .hasMessage("""
                        ipgate.yaml:1:9: warning: listen: first
                            listen: 1
                                    ^
                        ipgate.yaml:2:8: rules: second
                            rules: 2
                                   ^
                        list.txt:1:1: third""");
    }

    @Test
    void aWarningStopsNothing() {
        problems.warning(Position.of("ipgate.yaml"), "", "odd");

        problems.throwIfErrors();

        assertThat(problems.hasErrors()).isFalse();
        assertThat(problems.warnings()).hasToString("[ipgate.yaml: warning: odd]");
    }

    @Test
    void showsALineThatItIsGiven() {
        problems.error(new Position("list.txt", 900_000, 3), "", "bad", "  10.0.0.256");

        assertThat(problems.all().get(0).withExcerpt()).isEqualTo("list.txt:900000:3: bad\n      10.0.0.256\n      ^");
    }

    @Test
    void doesNotLetAFileDriveTheTerminal() {
        problems.error(new Position("a", 1, 2), "x", "\"\u001b[2J\" is bad", "\u001b[2J\u202e");

        assertThat(problems.all().get(0).withExcerpt())
                .isEqualTo("a:1:2: x: \"\uFFFD[2J\" is bad\n    \uFFFD[2J\uFFFD\n     ^");
    }

    @ParameterizedTest(name = "column {1} of \"{0}\"")
    @CsvSource(ignoreLeadingAndTrailingWhitespace = false, quoteCharacter = '`', textBlock = """
            abc,1,`^`
            abc,4,`   ^`
            東京c,3,`    ^`
            ｱc,2,` ^`
            e\u0301c,3,` ^`
            \uD83D\uDE00c,2,`  ^`
            """)
    void pointsAtTheColumnAsATerminalShowsIt(String line, int column, String caret) {
        assertThat(Excerpt.of(line, column)).isEqualTo("    " + line + "\n    " + caret);
    }

    @Test
    void keepsTabsAboveTheCaret() {
        assertThat(Excerpt.of("\ta\tb", 4)).isEqualTo("    \ta\tb\n    \t \t^");
    }

    @Test
    void pointsNowhereIfThereIsNoColumnOrItIsOutside() {
        assertThat(Excerpt.of("abc", 0)).isEqualTo("    abc");
        assertThat(Excerpt.of("abc", 5)).isEqualTo("    abc");
        assertThat(Excerpt.of("   ", 1)).isEmpty();
    }

    @Test
    void cutsALongLineAroundTheColumn() {
        String excerpt = Excerpt.of("a".repeat(500) + "!" + "b".repeat(500), 501);

        assertThat(excerpt)
                .isEqualTo("    …" + "a".repeat(60) + "!" + "b".repeat(59) + "…\n     " + " ".repeat(60) + "^");
    }
}

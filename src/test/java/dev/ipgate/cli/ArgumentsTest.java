package dev.ipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.cli.Arguments.Option;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    private static final List<String> COMMANDS = List.of("serve", "check", "explain", "import-nginx", "reload");
    private static final Option CONF = Option.value("--conf", "FILE").or("-c");
    private static final Option PATH = Option.value("--path", "P");
    private static final Option HEADER = Option.repeated("--header", "'N: V'");
    private static final Option JSON = Option.flag("--json");

    @ParameterizedTest(name = "\"{0}\" means {1}")
    @CsvSource(textBlock = """
            # command line,     command
            '',                 serve
            -c x.yaml,          serve
            --help,             serve
            -- explain,         serve
            serve,              serve
            check -c x.yaml,    check
            explain 10.0.0.1,   explain
            """)
    void withoutACommandTheGateIsServed(String line, String command) {
        assertThat(Arguments.command(words(line), COMMANDS)).isEqualTo(command);
    }

    @ParameterizedTest(name = "\"{0}\": {1}")
    @CsvSource(textBlock = """
            # command, message
            chek,      unknown command "chek"; did you mean check?
            import,    unknown command "import"; did you mean import-nginx?
            relaod,    unknown command "relaod"; did you mean reload?
            x,         unknown command "x"
            permit,    unknown command "permit"
            """)
    void anUnknownCommandIsNamedAndAnotherSuggested(String command, String message) {
        assertThatThrownBy(() -> Arguments.command(words(command), COMMANDS))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }

    @ParameterizedTest(name = "\"{0}\"")
    @CsvSource(delimiter = '|', textBlock = """
            # command line                            | conf   | path  | headers | json  | operands
                                                      |        |       |         | false |
            explain                                   |        |       |         | false |
            explain 10.0.0.1                          |        |       |         | false | 10.0.0.1
            explain -c x.yaml 10.0.0.1                | x.yaml |       |         | false | 10.0.0.1
            explain 10.0.0.1 --conf x.yaml            | x.yaml |       |         | false | 10.0.0.1
            explain --conf=x.yaml --path=/a=b         | x.yaml | /a=b  |         | false |
            --path= --json                            |        | ''    |         | true  |
            explain --header A:1 --header=B:2 --json  |        |       | A:1 B:2 | true  |
            explain --path -weird                     |        | -weird |        | false |
            explain --json -- --path /x               |        |       |         | true  | --path /x
            explain -                                 |        |       |         | false | -
            """)
    void optionsAndOperandsMayBeMixed(
            @Nullable String line,
            @Nullable String conf,
            @Nullable String path,
            @Nullable String headers,
            boolean json,
            @Nullable String operands) {
        Arguments arguments = Arguments.parse(words(line), CONF, PATH, HEADER, JSON);

        assertThat(arguments.value(CONF)).isEqualTo(conf);
        assertThat(arguments.value(PATH)).isEqualTo(path);
        assertThat(arguments.values(HEADER)).containsExactly(words(headers));
        assertThat(arguments.has(JSON)).isEqualTo(json);
        String[] expected = words(operands);
        assertThat(arguments.operands(expected)).containsExactly(expected);
    }

    @ParameterizedTest(name = "\"{0}\": {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # command line         | message
            explain --jsn          | unknown option "--jsn"; did you mean --json?
            explain --config x     | unknown option "--config"; did you mean --conf?
            explain --head=x       | unknown option "--head"; did you mean --header?
            explain --versoin      | unknown option "--versoin"; did you mean --version?
            explain -cx.yaml       | unknown option "-cx.yaml"
            explain -x             | unknown option "-x"
            explain --frobnicate   | unknown option "--frobnicate"
            explain --json=yes     | --json takes no value
            explain --conf         | --conf wants a value: --conf FILE
            explain -c --json      | -c wants a value: -c FILE
            explain -c a -c b      | -c is given twice
            explain --json --json  | --json is given twice
            """)
    void whatIsWrongIsSaidWithTheWayOut(String line, String message) {
        assertThatThrownBy(() -> Arguments.parse(words(line), CONF, PATH, HEADER, JSON))
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }

    @Test
    void helpAndVersionAreUnderstoodEverywhere() {
        assertThat(Arguments.parse(words("check --help")).has(Arguments.HELP)).isTrue();
        assertThat(Arguments.parse(words("-h")).has(Arguments.HELP)).isTrue();
        assertThat(Arguments.parse(words("--version")).has(Arguments.VERSION)).isTrue();
        assertThat(Arguments.parse(words("check")).has(Arguments.HELP)).isFalse();
    }

    @Test
    void operandsAreCounted() {
        Arguments arguments = Arguments.parse(words("passwd htpasswd"));

        assertThat(arguments.operands("FILE")).containsExactly("htpasswd");
        assertThatThrownBy(() -> arguments.operands("FILE", "USER"))
                .isInstanceOf(UsageException.class)
                .hasMessage("missing: USER");
        assertThatThrownBy(arguments::operands)
                .isInstanceOf(UsageException.class)
                .hasMessage("unexpected: \"htpasswd\"");
    }

    private static String[] words(@Nullable String line) {
        return line == null || line.isEmpty() ? new String[0] : line.split(" ", -1);
    }
}

package dev.ipgate.packaging;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a command says of itself under {@code --help}, taken apart.
 *
 * @param forms how it can be called, one at least
 * @param operands those that need a word, in the order of the text
 * @param options likewise
 * @param paragraphs what stands below the options, by lines
 */
public record HelpText(List<Form> forms, List<Operand> operands, List<Option> options, List<String> paragraphs) {

    /**
     * A way to call it.
     *
     * @param synopsis {@code ipgate check [-c FILE] [--json]}
     * @param summary what it does then, in a few words
     */
    public record Form(String synopsis, String summary) {

        /** The synopsis without the program and the command: {@code [-c FILE] [--json]}. */
        public String arguments() {
            String[] words = synopsis.split(" ", 3);
            return words.length < 3 ? "" : words[2];
        }
    }

    /**
     * An operand.
     *
     * @param name {@code FILE}
     * @param meaning what it is for
     */
    public record Operand(String name, String meaning) {}

    /**
     * An option.
     *
     * @param alias its short form, {@code -c}; null for none
     * @param name with its dashes, {@code --conf}
     * @param value what its value is called, {@code FILE}; null if it takes none
     * @param meaning what it is for
     */
    public record Option(
            @Nullable String alias, String name, @Nullable String value, String meaning) {

        /** As the text has it: {@code -c, --conf FILE}. */
        public String form() {
            return (alias == null ? "" : alias + ", ") + name + (value == null ? "" : " " + value);
        }
    }

    private static final Pattern FORM = Pattern.compile("(ipgate \\S.*?) {4,}(.+)");
    private static final Pattern OPERAND = Pattern.compile(" {2}([A-Z]+) {2,}(\\S.*)");
    private static final Pattern OPTION = Pattern.compile(" {2}(?:(-\\w), )?(--[\\w-]+)(?: (\\S.*?))? {2,}(\\S.*)");

    /**
     * Takes a text apart.
     *
     * @throws IllegalArgumentException for a text of another form, since something would be missing from the man page
     */
    public static HelpText parse(String text) {
        List<Form> forms = new ArrayList<>();
        List<Operand> operands = new ArrayList<>();
        List<Option> options = new ArrayList<>();
        List<String> paragraphs = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher form = FORM.matcher(line);
            Matcher operand = OPERAND.matcher(line);
            Matcher option = OPTION.matcher(line);
            if (form.matches()) {
                forms.add(new Form(form.group(1), form.group(2)));
            } else if (operand.matches()) {
                operands.add(new Operand(operand.group(1), operand.group(2)));
            } else if (option.matches()) {
                options.add(new Option(option.group(1), option.group(2), option.group(3), option.group(4)));
            } else if (line.startsWith(" ")) {
                throw new IllegalArgumentException("no operand, option or paragraph: " + line);
            } else if (!line.isEmpty()) {
                paragraphs.add(line);
            }
        }
        if (forms.isEmpty()) {
            throw new IllegalArgumentException("no synopsis and summary: " + text);
        }
        return new HelpText(forms, operands, options, paragraphs);
    }

    /** The command's name, {@code check}. */
    public String command() {
        return forms.get(0).synopsis().split(" ", -1)[1];
    }

    /** What it does in its first form, in a few words. */
    public String summary() {
        return forms.get(0).summary();
    }
}

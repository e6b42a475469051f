package dev.ipgate.config;

import dev.ipgate.problem.Position;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Says in the operator's words what the parser could not read. */
final class YamlMistakes {

    private static final Pattern WRONG_START = Pattern.compile("found character '(.)' that cannot start any token.*");
    private static final Pattern FOUND = Pattern.compile(".*, but (?:found|got) '?(.+?)'?", Pattern.DOTALL);

    private YamlMistakes() {}

    static void report(MarkedYAMLException e, YamlSource source) {
        Mark problem = e.getProblemMark();
        Mark context = e.getContextMark() == null ? problem : e.getContextMark();
        Position there = source.position(problem);
        String what = String.valueOf(e.getProblem());
        String doing = String.valueOf(e.getContext());
        String nginx = NginxLine.suggestion(source.line(context.getLine()));

        if (nginx != null) {
            source.error(source.position(context), nginx);
        } else if (what.contains("\\t(TAB)")) {
            source.error(there, "a tab stands here, and YAML is not indented with tabs; use blanks");
        } else if (what.startsWith("mapping values are not allowed")) {
            source.error(
                    there,
                    "a colon begins a value here, where none can be; put the text in quotes, or check the indentation");
        } else if (what.startsWith("sequence entries are not allowed")) {
            source.error(there, "a list begins here; begin it on a line of its own, or write [a, b]");
        } else if (doing.contains("quoted scalar") && what.contains("end of stream")) {
            source.error(source.position(context), "this quote is never closed");
        } else if (doing.contains("double-quoted scalar")) {
            source.error(there, "there is no such escape in double quotes; use single quotes, or double the backslash");
        } else if (doing.equals("while scanning a simple key")) {
            source.error(source.position(context), "is neither a key with a value nor a list item; write key: value");
        } else if (doing.startsWith("while parsing a flow sequence")) {
            source.error(source.position(context), "this [ is not closed, or a comma is missing in what follows");
        } else if (doing.startsWith("while parsing a flow mapping")) {
            source.error(source.position(context), "this { is not closed, or a comma is missing in what follows");
        } else if (what.startsWith("expected <block end>")) {
            source.error(there, "does not line up with what stands above; check the indentation and the quotes");
        } else if (what.startsWith("expected the node content")) {
            source.error(there, "a value is missing before " + found(what));
        } else {
            source.error(there, wrongStart(what));
        }
    }

    private static String wrongStart(String what) {
        Matcher matcher = WRONG_START.matcher(what);
        return matcher.matches()
                ? "a value cannot begin with " + matcher.group(1) + "; put it in quotes"
                : "is not YAML: " + what;
    }

    private static String found(String what) {
        Matcher matcher = FOUND.matcher(what);
        return matcher.matches() ? matcher.group(1) : "this";
    }
}

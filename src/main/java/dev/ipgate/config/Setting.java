package dev.ipgate.config;

import dev.ipgate.config.YamlNode.Broken;
import dev.ipgate.config.YamlNode.Items;
import dev.ipgate.config.YamlNode.Table;
import dev.ipgate.config.YamlNode.Text;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value of the conf file together with its name, such as {@code rules[3].allow}. Reading it as something that it is not
 * records a problem and gives null, and the caller goes on.
 */
final class Setting {

    private static final Map<String, Boolean> SWITCH = Map.of("true", true, "on", true, "false", false, "off", false);

    private final String name;
    private final YamlNode node;
    private final Position key;
    private final Problems problems;

    Setting(String name, YamlNode node, Position key, Problems problems) {
        this.name = name;
        this.node = node;
        this.key = key;
        this.problems = problems;
    }

    /** What has no key: the whole file, or an item of a list. */
    Setting(String name, YamlNode node, Problems problems) {
        this(name, node, node.at(), problems);
    }

    String name() {
        return name;
    }

    Position at() {
        return node.at();
    }

    void error(String message) {
        if (!(node instanceof Broken)) {
            problems.error(node.at(), name, message);
        }
    }

    /** Reports what is wrong with the key, not with its value. */
    void errorAtKey(String message) {
        problems.error(key, name, message);
    }

    void warning(String message) {
        problems.warning(node.at(), name, message);
    }

    boolean isList() {
        return node instanceof Items;
    }

    boolean isTable() {
        return node instanceof Table;
    }

    /** Whether this is a table with the key in it; nothing is reported. */
    boolean hasKey(String key) {
        return node instanceof Table table
                && table.entries().stream().anyMatch(entry -> entry.key().equals(key));
    }

    /** Whether there is a value, which may be bad: what is empty or already reported is not looked into. */
    boolean isPresent() {
        return !(node instanceof Broken) && !(node instanceof Text text && text.isMissing());
    }

    /** The text as written, or null if this is no single value; nothing is reported. */
    @Nullable
    String peek() {
        return node instanceof Text text ? text.text() : null;
    }

    /** The text as written. */
    @Nullable
    String text() {
        if (node instanceof Text text && !text.isMissing()) {
            return text.text();
        }
        error(node instanceof Text ? "has no value" : "must be a single value, not " + node.kind());
        return null;
    }

    /** The text, read by something that throws IllegalArgumentException with a message for the operator. */
    <T> @Nullable T as(Function<String, T> reader) {
        String text = text();
        if (text != null) {
            try {
                return reader.apply(text);
            } catch (IllegalArgumentException e) {
                error(String.valueOf(e.getMessage()));
            }
        }
        return null;
    }

    /** One of a few words. */
    <T> @Nullable T word(Map<String, T> words) {
        String text = text();
        if (text == null) {
            return null;
        }
        T value = words.get(text);
        if (value == null) {
            List<String> sorted = words.keySet().stream().sorted().toList();
            error("\"" + text + "\" is not known here; use " + String.join(" or ", sorted));
        }
        return value;
    }

    /** {@code true} or {@code false}, {@code on} or {@code off}. */
    @Nullable
    Boolean flag() {
        String text = peek();
        if (text != null && text.matches("(?i)yes|no|y|n|1|0")) {
            boolean meant = text.matches("(?i)yes|y|1");
            error("\"" + text + "\" is not read as true or false; write " + meant);
            return null;
        }
        if (text != null && !text.isEmpty() && !SWITCH.containsKey(text)) {
            error("\"" + text + "\" is not known here; write true or false");
            return null;
        }
        return word(SWITCH);
    }

    /** The items of a list. */
    List<Setting> items() {
        if (!(node instanceof Items list)) {
            error("must be a list, but is " + node.kind());
            return List.of();
        }
        List<Setting> items = new ArrayList<>();
        for (YamlNode item : list.items()) {
            items.add(new Setting(name + "[" + items.size() + "]", item, problems));
        }
        return items;
    }

    /** The items of a list, or the value itself where there is only one. */
    List<Setting> oneOrMore() {
        return isList() ? items() : List.of(this);
    }

    /** A table with these keys; whatever else is in it is reported. */
    @Nullable
    Section section(Keys keys) {
        return section(keys, key -> null);
    }

    /** @param hint what to say of a key that does not belong here; null for the usual */
    @Nullable
    Section section(Keys keys, Function<String, @Nullable String> hint) {
        if (node instanceof Table table) {
            return new Section(this, table, keys, problems).refuseUnknown(hint);
        }
        error(
                node instanceof Text text && text.isMissing()
                        ? "has no value; write its keys under it, indented"
                        : "must be a table of keys such as " + keys.names().get(0) + ", but is " + node.kind());
        return null;
    }

    /** The entries of a table whose keys are names that the operator made up. */
    Map<String, Setting> named() {
        Map<String, Setting> named = new LinkedHashMap<>();
        if (node instanceof Table table) {
            table.entries()
                    .forEach(entry -> named.put(
                            entry.key(), new Setting(child(entry.key()), entry.value(), entry.at(), problems)));
        } else {
            error("must be a table of names, but is " + node.kind());
        }
        return named;
    }

    String child(String key) {
        return name.isEmpty() ? key : name + "." + key;
    }
}

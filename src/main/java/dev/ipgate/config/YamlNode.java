package dev.ipgate.config;

import dev.ipgate.problem.Position;
import java.util.List;

/** A piece of the conf file: what was written, and where. Nothing is resolved: {@code no} and {@code 010} stay text. */
sealed interface YamlNode {

    /** Where it begins. */
    Position at();

    /** What it is, as a message names it. */
    String kind();

    /** A single value; empty if a key has nothing after it. */
    record Text(String text, boolean quoted, Position at) implements YamlNode {
        boolean isMissing() {
            return text.isEmpty() && !quoted;
        }

        @Override
        public String kind() {
            return isMissing() ? "empty" : "a single value";
        }
    }

    /** A list. */
    record Items(List<YamlNode> items, Position at) implements YamlNode {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A table of keys and values; no key is in it twice. */
    record Table(List<Entry> entries, Position at) implements YamlNode {
        @Override
        public String kind() {
            return "a table of keys";
        }
    }

    /** One line of a table. */
    record Entry(String key, YamlNode value, Position at) {}

    /** What has been reported already; whoever meets it stays silent. */
    record Broken(Position at) implements YamlNode {
        @Override
        public String kind() {
            return "broken";
        }
    }
}

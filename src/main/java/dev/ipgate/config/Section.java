package dev.ipgate.config;

import dev.ipgate.config.YamlNode.Entry;
import dev.ipgate.config.YamlNode.Table;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A table whose keys are known. A key that is left out has its default; so has, for the time being, a bad one. */
final class Section {

    private final Setting setting;
    private final Table table;
    private final Keys keys;
    private final Problems problems;

    Section(Setting setting, Table table, Keys keys, Problems problems) {
        this.setting = setting;
        this.table = table;
        this.keys = keys;
        this.problems = problems;
    }

    String name() {
        return setting.name();
    }

    Position at() {
        return setting.at();
    }

    void error(String message) {
        setting.error(message);
    }

    /**
     * Reports a key that should be here, unless a key that was reported as unknown is likely to be meant. The top level
     * is the whole file, and has no line of its own.
     */
    void missing(String key, String message) {
        if (isMeantByAnother(key)) {
            return;
        }
        Position at = name().isEmpty() ? Position.of(at().file()) : at();
        problems.error(at, setting.child(key), message);
    }

    /** The key's value, or null if the key is not there. */
    @Nullable
    Setting find(String key) {
        if (!keys.names().contains(key)) {
            throw new IllegalArgumentException(key + " is not among " + keys);
        }
        for (Entry entry : table.entries()) {
            if (entry.key().equals(key)) {
                return new Setting(setting.child(key), entry.value(), entry.at(), problems);
            }
        }
        return null;
    }

    boolean has(String key) {
        return find(key) != null;
    }

    boolean flag(String key, boolean fallback) {
        return orElse(key, fallback, Setting::flag);
    }

    <T> T word(String key, T fallback, Map<String, T> words) {
        return orElse(key, fallback, value -> value.word(words));
    }

    int number(String key, int fallback, int min, int max) {
        return orElse(key, fallback, value -> value.as(text -> Numbers.parse(text, min, max)));
    }

    /** A size in bytes. */
    long size(String key, long fallback, long min, long max) {
        return orElse(key, fallback, value -> value.as(text -> Sizes.parse(text, min, max)));
    }

    Duration duration(String key, Duration fallback, Duration min, Duration max) {
        return orElse(key, fallback, value -> value.as(text -> Durations.parse(text, min, max)));
    }

    /** Free text, or null. */
    @Nullable
    String text(String key) {
        Setting value = find(key);
        return value == null ? null : value.text();
    }

    /** Whether there are keys that do not belong here, which have been reported. */
    boolean hasUnknown() {
        return !unknown().isEmpty();
    }

    private List<String> unknown() {
        return table.entries().stream()
                .map(Entry::key)
                .filter(key -> !keys.names().contains(key))
                .toList();
    }

    private boolean isMeantByAnother(String missing) {
        List<String> unknown = unknown();
        boolean nothingElse =
                !unknown.isEmpty() && unknown.size() == table.entries().size();
        return nothingElse || unknown.stream().anyMatch(key -> missing.equals(Spelling.nearest(key, keys.names())));
    }

    private <T> T orElse(String key, T fallback, Function<Setting, @Nullable T> reader) {
        Setting value = find(key);
        T read = value == null ? null : reader.apply(value);
        return read == null ? fallback : read;
    }

    Section refuseUnknown(Function<String, @Nullable String> hint) {
        for (Entry entry : table.entries()) {
            if (!keys.names().contains(entry.key())) {
                String special = hint.apply(entry.key());
                String known = "; known here: " + String.join(", ", keys.names());
                problems.error(
                        entry.at(),
                        setting.name(),
                        special != null
                                ? special
                                : "unknown key \"" + entry.key() + "\""
                                        + Spelling.hint(entry.key(), keys.names(), known));
            }
        }
        return this;
    }
}

package dev.ipgate.policy;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.Samples;
import dev.ipgate.problem.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules as tests write them: {@code allow 10.0.0.0/8 GET,PUT read until=100}, separated by semicolons, one a line. */
final class Rules {

    private Rules() {}

    static List<Rule> parse(String text) {
        List<Rule> rules = new ArrayList<>();
        for (String line : text.split(";", -1)) {
            if (!line.isBlank()) {
                rules.add(rule(line.strip(), rules.size() + 1));
            }
        }
        return rules;
    }

    private static Rule rule(String text, int line) {
        String[] words = text.split(" +", -1);
        Action action = Action.valueOf(words[0].toUpperCase(Locale.ROOT));
        Set<String> methods = Set.of();
        Access access = null;
        Instant until = null;
        boolean report = false;
        for (String word : Arrays.asList(words).subList(2, words.length)) {
            if (word.startsWith("until=")) {
                until = Instant.ofEpochSecond(Long.parseLong(word.substring("until=".length())));
            } else if (word.equals("report")) {
                report = true;
            } else if (word.equals("read") || word.equals("write")) {
                access = Access.valueOf(word.toUpperCase(Locale.ROOT));
            } else {
                methods = Set.of(word.split(",", -1));
            }
        }
        return rule(action, words[1], addresses(words[1]), methods, access, until, report, line);
    }

    /** Whom a rule names: {@code all}, {@code nobody}, or ranges joined by plus signs. */
    private static AddressSet addresses(String whom) {
        return switch (whom) {
            case "all" -> AddressSet.ALL;
            case "nobody" -> AddressSet.EMPTY;
            default -> AddressSet.of(Samples.parse(whom.replace('+', ' ')));
        };
    }

    static Rule rule(
            Action action,
            String whom,
            AddressSet addresses,
            Set<String> methods,
            @Nullable Access access,
            @Nullable Instant until,
            boolean report,
            int line) {
        return new Rule(
                line,
                action,
                whom,
                addresses,
                methods,
                access,
                until,
                report,
                null,
                null,
                new Position("ipgate.yaml", line, 5));
    }
}

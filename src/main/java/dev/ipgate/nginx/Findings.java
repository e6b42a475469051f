package dev.ipgate.nginx;

import dev.ipgate.nginx.Finding.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gathers what is left out; of each directive the first thing that is said counts, unless a later one matters. */
final class Findings {

    private static final int LONGEST = 100; // characters of a directive that are shown

    private final IdentityHashMap<Directive, Finding> found = new IdentityHashMap<>();
    private final Map<String, Integer> fileOrder = new HashMap<>();
    private final Set<Directive> settled = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Files are told of in the order in which nginx reads them. */
    Findings(List<Directive> directives) {
        order(directives);
    }

    private void order(List<Directive> directives) {
        for (Directive directive : directives) {
            fileOrder.putIfAbsent(directive.at().file(), fileOrder.size());
            order(directive.children());
        }
    }

    void harmless(Directive directive, String why) {
        add(directive, Kind.HARMLESS, why, "");
    }

    void matters(Directive directive, String why, String todo) {
        add(directive, Kind.MATTERS, why, todo);
    }

    /** Something was made of a directive, so that nobody else need look at it. */
    void settled(Directive directive) {
        settled.add(directive);
    }

    /** Whether something was made of a directive. */
    boolean isSettled(Directive directive) {
        return settled.contains(directive);
    }

    private void add(Directive directive, Kind kind, String why, String todo) {
        Finding earlier = found.get(directive);
        if (earlier == null || (earlier.kind() == Kind.HARMLESS && kind == Kind.MATTERS)) {
            String text = shown(directive);
            String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
            found.put(directive, new Finding(directive.at(), shown, kind, why, todo));
        }
    }

    /** The directive as it stands, but for what may be a password. */
    private static String shown(Directive directive) {
        boolean secret = directive.name().endsWith("_set_header")
                && directive.argument(0).matches("(?i).*(auth|key|token|secret|cookie|pass).*")
                && directive.argument(1).indexOf('$') < 0
                && !directive.argument(1).isEmpty();
        return secret ? directive.name() + " " + directive.argument(0) + " …" : directive.toString();
    }

    /** All of them, file by file and each file from top to bottom. */
    List<Finding> all() {
        List<Finding> all = new ArrayList<>(found.values());
        all.sort(Comparator.comparing(
                        (Finding finding) -> fileOrder.getOrDefault(finding.at().file(), fileOrder.size()))
                .thenComparingInt(finding -> finding.at().line())
                .thenComparingInt(finding -> finding.at().column()));
        return List.copyOf(all);
    }
}

package dev.ipgate.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;

/** Makes the verdicts of some ordered rules, each once, however many ranges it holds for. */
final class Verdicts {

    private static final int NOT_MADE = -1;

    private final List<Rule> rules;
    private final Decision[] decisions; // by rule
    private final List<Verdict> made = new ArrayList<>();
    private final int[] lasting; // by rule without an end: the place of its verdict
    private final Map<List<Integer>, Integer> chains = new HashMap<>(); // by rules that follow one another as they end

    Verdicts(List<Rule> rules) {
        this.rules = rules;
        this.decisions =
                rules.stream().map(rule -> new Decision(rule.action(), rule)).toArray(Decision[]::new);
        this.lasting = new int[rules.size()];
        Arrays.fill(lasting, NOT_MADE);
        made.add(Verdict.NO_MATCH);
    }

    /** The place, among those made, of the verdict for addresses that these rules name and no others. */
    int place(NavigableSet<Integer> naming) {
        if (naming.isEmpty()) {
            return 0;
        }
        int first = naming.first();
        if (rules.get(first).until() != null) {
            return chains.computeIfAbsent(successors(naming), this::make);
        }
        if (lasting[first] == NOT_MADE) {
            lasting[first] = make(List.of(first));
        }
        return lasting[first];
    }

    /** The rules that decide one after another: a later rule has its turn only if it outlasts all before it. */
    private List<Integer> successors(NavigableSet<Integer> naming) {
        List<Integer> successors = new ArrayList<>();
        long reached = Long.MIN_VALUE;
        for (Integer rule : naming) {
            long end = rules.get(rule).endsAt();
            if (end > reached) {
                successors.add(rule);
                reached = end;
            }
            if (end == Rule.NEVER) {
                break;
            }
        }
        return successors;
    }

    private int make(List<Integer> successors) {
        Verdict verdict = null;
        for (int i = successors.size() - 1; i >= 0; i--) {
            int rule = successors.get(i);
            long end = rules.get(rule).endsAt();
            Verdict afterwards = verdict == null && end != Rule.NEVER ? Verdict.NO_MATCH : verdict;
            verdict = new Verdict(decisions[rule], end, afterwards);
        }
        made.add(verdict == null ? Verdict.NO_MATCH : verdict);
        return made.size() - 1;
    }

    List<Verdict> made() {
        return made;
    }
}

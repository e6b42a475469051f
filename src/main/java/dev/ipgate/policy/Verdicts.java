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
    private static final int NONE = -1;

    private final List<Rule> rules;
    private final Decision[] decisions; // by rule
    private final List<Verdict> made = new ArrayList<>();
    private final int[] lasting; // by rule without an end: the place of its verdict
    private final Map<List<Turn>, Integer> chains = new HashMap<>();

    /**
     * Who decides until a rule ends.
     *
     * @param rule the rule that decides, or {@code NONE}
     * @param onTrial the rule that would deny if it were not on trial, or {@code NONE}
     * @param end the second, since the epoch, from which on the next turn holds
     */
    private record Turn(int rule, int onTrial, long end) {}

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
        if (rules.get(first).until() != null || rules.get(first).report()) {
            return chains.computeIfAbsent(turns(naming), this::make);
        }
        if (lasting[first] == NOT_MADE) {
            lasting[first] = make(List.of(new Turn(first, NONE, Rule.NEVER)));
        }
        return lasting[first];
    }

    /** The rules that decide one after another, as those before them end. */
    private List<Turn> turns(NavigableSet<Integer> naming) {
        List<Turn> turns = new ArrayList<>();
        long now = Long.MIN_VALUE;
        do {
            int deciding = NONE;
            int onTrial = NONE;
            for (Integer place : naming) {
                Rule rule = rules.get(place);
                if (rule.endsAt() > now && !rule.report()) {
                    deciding = place;
                    break;
                }
                if (rule.endsAt() > now && onTrial == NONE) {
                    onTrial = place;
                }
            }
            if (deciding == NONE || rules.get(deciding).action() == Action.DENY) {
                onTrial = NONE; // what it would deny is denied anyway
            }
            now = Math.min(end(deciding), end(onTrial));
            turns.add(new Turn(deciding, onTrial, now));
        } while (now != Rule.NEVER);
        return turns;
    }

    private long end(int rule) {
        return rule == NONE ? Rule.NEVER : rules.get(rule).endsAt();
    }

    private int make(List<Turn> turns) {
        Verdict verdict = null;
        for (int i = turns.size() - 1; i >= 0; i--) {
            Turn turn = turns.get(i);
            verdict = turn.rule() == NONE ? Verdict.NO_MATCH : new Verdict(decision(turn), turn.end(), verdict);
        }
        made.add(verdict == null ? Verdict.NO_MATCH : verdict);
        return made.size() - 1;
    }

    private Decision decision(Turn turn) {
        Decision plain = decisions[turn.rule()];
        return turn.onTrial() == NONE ? plain : new Decision(plain.action(), plain.rule(), rules.get(turn.onTrial()));
    }

    List<Verdict> made() {
        return made;
    }
}

package dev.ipgate.nginx;

import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rule as the conf file has it.
 *
 * @param allow allow or deny
 * @param whom an address, a block, a group or {@code all}
 * @param methods for which it is; empty for all
 * @param above comments above it
 * @param beside a comment beside it; empty for none
 */
record Rule(boolean allow, String whom, List<String> methods, List<String> above, String beside) {

    static final String ALL = "all";

    static Rule allowAll(String beside) {
        return new Rule(true, ALL, List.of(), List.of(), beside);
    }

    static Rule denyAll(String beside) {
        return new Rule(false, ALL, List.of(), List.of(), beside);
    }

    /** The rule for these methods; for those that it had and are among them, which may be none. */
    @Nullable
    Rule only(List<String> some) {
        List<String> both = methods.isEmpty() ? some : common(methods, some);
        return both.isEmpty() ? null : new Rule(allow, whom, both, above, beside);
    }

    /** What two lists have in common; GET includes HEAD, as in conf files. */
    private static List<String> common(List<String> one, List<String> other) {
        Set<String> common = new LinkedHashSet<>(one);
        common.retainAll(other);
        boolean head = !common.contains("GET") && includesHead(one) && includesHead(other);
        if (head) {
            common.add("HEAD");
        }
        return List.copyOf(common);
    }

    private static boolean includesHead(List<String> methods) {
        return methods.contains("GET") || methods.contains("HEAD");
    }

    boolean namesEverybody() {
        return whom.equals(ALL) && methods.isEmpty();
    }

    /** A list of them as the conf file has it; one without comments goes into one line. */
    static Node node(List<Rule> rules) {
        boolean short_ = rules.size() == 1
                && rules.get(0).above().isEmpty()
                && rules.get(0).beside().isEmpty();
        List<Item> items = new ArrayList<>();
        for (Rule rule : rules) {
            boolean inline = short_ || !rule.methods().isEmpty();
            Table table = new Table(inline).put(rule.allow() ? "allow" : "deny", new Scalar(rule.whom()));
            if (!rule.methods().isEmpty()) {
                table.put(
                        "methods",
                        rule.methods().size() == 1 ? new Scalar(rule.methods().get(0)) : Items.inline(rule.methods()));
            }
            items.add(new Item(table, rule.above(), rule.beside()));
        }
        return new Items(items, short_);
    }
}

package dev.ipgate.nginx;

import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The groups of the conf file, named after the files and variables that they come from. */
final class Names {

    private final Map<String, Node> groups = new LinkedHashMap<>();
    private final Map<String, String> bySource = new HashMap<>();

    /** A group that is a list file. */
    String ofFile(String file) {
        return bySource.computeIfAbsent("file " + file, unseen -> add(base(file), new Table(true).put("file", file)));
    }

    /** A group of rules' addresses; comments come along. */
    String ofAddresses(String source, String wanted, List<Rule> members) {
        return bySource.computeIfAbsent(source, unseen -> {
            List<Item> items = new ArrayList<>();
            boolean plain = members.size() <= 8;
            for (Rule member : members) {
                plain &= member.above().isEmpty() && member.beside().isEmpty();
                items.add(new Item(new Scalar(member.whom()), member.above(), member.beside()));
            }
            return add(wanted, new Items(items, plain));
        });
    }

    /** A file's name without its folder and ending. */
    static String base(String file) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private String add(String wanted, Node group) {
        String name = wanted.replaceAll("[^A-Za-z0-9_-]+", "-").replaceFirst("^-+", "");
        name = name.matches("[A-Za-z].*") && !name.equals(Rule.ALL) ? name : "list-" + name;
        String free = name;
        for (int i = 2; groups.containsKey(free); i++) {
            free = name + "-" + i;
        }
        groups.put(free, group);
        return free;
    }

    void writeTo(Table top) {
        if (!groups.isEmpty()) {
            Table table = new Table(false);
            groups.forEach(table::put);
            top.put("groups", table);
        }
    }
}

package dev.ipgate.nginx;

import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import dev.ipgate.nginx.Node.Table.Entry;
import java.util.List;

/** Writes a conf file as a person would: two blanks a level, short things in one line, comments where they belong. */
final class YamlText {

    private static final int WIDEST = 120;
    private static final int TAB = 32; // comments beside values stand in this column, where there is room

    private final StringBuilder out = new StringBuilder();

    private YamlText() {}

    /** A whole file; between its keys stands an empty line where one of them takes several. */
    static String of(Table top, List<String> heading) {
        YamlText text = new YamlText();
        heading.forEach(line -> text.out.append(Quoting.comment(line)).append('\n'));
        boolean apart = !heading.isEmpty();
        for (Entry entry : top.entries()) {
            boolean tall = !isInline(entry.value()) || !entry.above().isEmpty();
            if (apart || tall) {
                text.out.append(text.out.isEmpty() ? "" : "\n");
            }
            text.entry(entry, 0);
            apart = tall;
        }
        return text.out.toString();
    }

    private static boolean isInline(Node node) {
        if (node instanceof Items items) {
            return items.inline();
        }
        return node instanceof Scalar || (node instanceof Table table && table.isInline());
    }

    private void entries(Table table, int indent) {
        table.entries().forEach(entry -> entry(entry, indent));
    }

    private void entry(Entry entry, int indent) {
        above(entry.above(), indent);
        value(" ".repeat(indent) + Quoting.quoted(entry.key()) + ":", entry.value(), entry.beside(), indent);
    }

    /** A value behind its key or dash. */
    private void value(String begin, Node value, String beside, int indent) {
        if (isInline(value) && begin.length() + value.flow().length() < WIDEST) {
            line(begin + " " + value.flow(), beside, indent);
        } else if (value instanceof Table table) {
            line(begin, beside, indent);
            entries(table, indent + 2);
        } else if (value instanceof Items items) {
            line(begin, beside, indent);
            items.items().forEach(item -> item(item, indent + 2));
        } else {
            line(begin + " " + value.flow(), beside, indent);
        }
    }

    private void item(Item item, int indent) {
        above(item.above(), indent);
        String dash = " ".repeat(indent) + "-";
        if (item.node() instanceof Table table && !table.isInline()) {
            boolean first = true;
            for (Entry entry : table.entries()) {
                if (!first) {
                    entry(entry, indent + 2);
                    continue;
                }
                above(entry.above(), indent);
                String beside = item.beside().isEmpty() ? entry.beside() : item.beside();
                String begin = dash + " " + Quoting.quoted(entry.key()) + ":";
                if (isTooWide(begin, entry.value(), beside)) {
                    above(List.of(beside), indent);
                    beside = "";
                }
                value(begin, entry.value(), beside, indent + 2);
                first = false;
            }
        } else {
            value(dash, item.node(), item.beside(), indent);
        }
    }

    private static boolean isTooWide(String begin, Node value, String beside) {
        return isInline(value)
                && !beside.isEmpty()
                && Math.max(begin.length() + 1 + value.flow().length() + 2, TAB)
                                + Quoting.comment(beside).length()
                        > WIDEST;
    }

    private void above(List<String> comments, int indent) {
        comments.forEach(comment ->
                out.append(" ".repeat(indent)).append(Quoting.comment(comment)).append('\n'));
    }

    private void line(String text, String beside, int indent) {
        String comment = beside.isEmpty() ? "" : Quoting.comment(beside);
        int width = Math.max(text.length() + 2, TAB) + comment.length();
        if (comment.isEmpty()) {
            out.append(text);
        } else if (width > WIDEST) {
            above(List.of(beside), indent);
            out.append(text);
        } else {
            out.append(text)
                    .append(" ".repeat(Math.max(2, TAB - text.length())))
                    .append(comment);
        }
        out.append('\n');
    }
}

package dev.ipgate.nginx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a conf file is made of, with the comments that a person would write. */
sealed interface Node {

    /** The node in YAML's flow style, in one line and without comments: equal for what means the same. */
    String flow();

    /** A single value. */
    record Scalar(String text) implements Node {
        @Override
        public String flow() {
            return Quoting.quoted(text);
        }
    }

    /**
     * A list.
     *
     * @param inline whether it is written in brackets
     */
    record Items(List<Item> items, boolean inline) implements Node {

        static Items inline(List<String> texts) {
            return new Items(
                    texts.stream()
                            .map(text -> new Item(new Scalar(text), List.of(), ""))
                            .toList(),
                    true);
        }

        @Override
        public String flow() {
            return items.stream().map(item -> item.node().flow()).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** An item of a list, with comments above and beside it. */
    record Item(Node node, List<String> above, String beside) {}

    /** A table of keys, in the order in which they are written. */
    final class Table implements Node {

        /** A key and its value, with comments above and beside it. */
        record Entry(String key, Node value, List<String> above, String beside) {}

        private static final int LONGEST = 100; // characters of a table in one line

        private final List<Entry> entries = new ArrayList<>();
        private final boolean inline;

        /** @param inline whether it is written in braces, in one line */
        Table(boolean inline) {
            this.inline = inline;
        }

        Table put(String key, String text) {
            return put(key, new Scalar(text), List.of(), "");
        }

        Table put(String key, Node value) {
            return put(key, value, List.of(), "");
        }

        Table put(String key, Node value, List<String> above, String beside) {
            entries.add(new Entry(key, value, List.copyOf(above), beside));
            return this;
        }

        /** The table in one line if it is short and has no comments in it, else in a line a key. */
        Table tidy() {
            boolean tidy =
                    flow().length() <= LONGEST && entries.stream().noneMatch(entry -> hasComments(entry.value()));
            Table table = new Table(tidy);
            entries.forEach(entry -> table.put(entry.key(), entry.value(), entry.above(), entry.beside()));
            return table;
        }

        private static boolean hasComments(Node node) {
            if (node instanceof Items items) {
                return items.items().stream()
                        .anyMatch(item ->
                                !item.above().isEmpty() || !item.beside().isEmpty() || hasComments(item.node()));
            }
            return node instanceof Table table
                    && table.entries.stream()
                            .anyMatch(entry -> !entry.above().isEmpty()
                                    || !entry.beside().isEmpty()
                                    || hasComments(entry.value()));
        }

        List<Entry> entries() {
            return entries;
        }

        boolean isInline() {
            return inline
                    && entries.stream()
                            .allMatch(entry ->
                                    entry.above().isEmpty() && entry.beside().isEmpty());
        }

        @Override
        public String flow() {
            return entries.stream()
                    .map(entry ->
                            Quoting.quoted(entry.key()) + ": " + entry.value().flow())
                    .collect(Collectors.joining(", ", "{", "}"));
        }
    }
}

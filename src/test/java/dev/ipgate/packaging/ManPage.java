package dev.ipgate.packaging;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A man page in the language of man(7), made piece by piece; pieces may come from Markdown as this project writes it. */
public final class ManPage {

    private static final int WIDTH = 78;
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]+)\\]\\(([^)]*)\\)");
    private static final Pattern CELL_END = Pattern.compile("(?<!\\\\)\\|");

    private final StringBuilder page = new StringBuilder();
    private boolean atHeading; // where a paragraph begins by itself

    /**
     * Begins a page.
     *
     * @param date {@code 2026-11-23}
     * @param summary what stands behind the name in the list of all pages
     */
    public ManPage(String name, int section, String date, String version, String summary) {
        macro(".TH " + name.toUpperCase(Locale.ROOT) + " " + section + " " + date + " \"ipgate " + version
                + "\" \"ipgate\"");
        macro(".nh"); // no word is cut: many are to be typed
        heading("NAME");
        line(name + " \\- " + escaped(summary));
    }

    /** A heading, of the first level. */
    public ManPage heading(String text) {
        return heading(".SH", text);
    }

    /** A heading of the second level. */
    public ManPage subheading(String text) {
        return heading(".SS", text);
    }

    private ManPage heading(String macro, String text) {
        macro(macro + " \"" + escaped(text).replace("\"", "\\(dq") + "\"");
        atHeading = true;
        return this;
    }

    private ManPage begin(String macro) {
        return atHeading ? this : macro(macro);
    }

    /** A paragraph of Markdown. */
    public ManPage paragraph(String markdown) {
        begin(".PP");
        return text(markdown);
    }

    /** A line by itself, in bold. */
    public ManPage boldLine(String text) {
        begin(".br");
        return line("\\fB" + escaped(text) + "\\fP");
    }

    /** A term and what it means, the latter in Markdown. */
    public ManPage item(String term, String markdown) {
        macro(".TP");
        line(inline(term));
        return text(markdown.isEmpty() ? "\\&" : markdown);
    }

    /** Everything below a heading of the second level, or several, each with its text. */
    public ManPage markdown(List<String> lines) {
        List<String> paragraph = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("```")) {
                end(paragraph);
                int close = i + 1 + lines.subList(i + 1, lines.size()).indexOf("```");
                example(lines.subList(i + 1, close));
                i = close;
            } else if (line.startsWith("    ") && paragraph.isEmpty()) {
                int close = i;
                while (close < lines.size() && lines.get(close).startsWith("    ")) {
                    close++;
                }
                example(lines.subList(i, close));
                i = close - 1;
            } else if (line.startsWith("|")) {
                end(paragraph);
                int close = i;
                while (close < lines.size() && lines.get(close).startsWith("|")) {
                    close++;
                }
                table(lines.subList(i, close));
                i = close - 1;
            } else if (line.startsWith("## ")) {
                end(paragraph);
                heading(line.substring(3).toUpperCase(Locale.ROOT));
            } else if (line.startsWith("### ")) {
                end(paragraph);
                subheading(line.substring(4));
            } else if (line.startsWith("- ")) {
                end(paragraph);
                paragraph.add(line);
            } else if (line.isBlank()) {
                end(paragraph);
            } else {
                paragraph.add(line);
            }
        }
        end(paragraph);
        return this;
    }

    private void end(List<String> paragraph) {
        if (paragraph.isEmpty()) {
            return;
        }
        String joined = String.join(" ", paragraph.stream().map(String::strip).toList());
        if (joined.startsWith("- ")) {
            macro(".IP \\(bu 2");
            text(joined.substring(2));
        } else {
            paragraph(joined);
        }
        paragraph.clear();
    }

    private void example(List<String> lines) {
        int margin = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        begin(".PP").macro(".RS 4").macro(".nf");
        lines.forEach(line -> line(line.isBlank() ? "\\&" : escaped(line.substring(margin))));
        macro(".fi").macro(".RE");
    }

    /** A row is a term and what there is to say of it: where a column says what it means, the others in brackets. */
    private void table(List<String> lines) {
        List<String> head = cells(lines.get(0));
        int meaning = head.indexOf("meaning");
        for (String line : lines.subList(2, lines.size())) {
            List<String> row = cells(line);
            List<String> rest = new ArrayList<>();
            for (int column = 1; column < row.size(); column++) {
                String cell = row.get(column);
                if (!cell.isEmpty() && column != meaning) {
                    boolean named = meaning >= 0 && !head.get(column).equals("type");
                    rest.add((named ? head.get(column) + ": " : "") + cell);
                }
            }
            String brackets = String.join("; ", rest);
            if (meaning < 0) {
                item(row.get(0), brackets);
            } else {
                item(row.get(0), row.get(meaning) + (brackets.isEmpty() ? "" : " (" + brackets + ")"));
            }
        }
    }

    private static List<String> cells(String line) {
        String[] cells = CELL_END.split(line.strip(), -1);
        return Arrays.stream(cells, 1, cells.length - 1)
                .map(cell -> cell.strip().replace("\\|", "|"))
                .toList();
    }

    private ManPage text(String markdown) {
        StringBuilder line = new StringBuilder();
        for (String word : inline(markdown).split(" +", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > WIDTH) {
                line(line.toString());
                line.setLength(0);
            }
            line.append(line.length() > 0 ? " " : "").append(word);
        }
        return line(line.toString());
    }

    private ManPage macro(String line) {
        page.append(line).append('\n');
        atHeading = false;
        return this;
    }

    /** A line of text: a dot or quote in front is no macro. */
    private ManPage line(String line) {
        boolean looksLikeMacro = line.startsWith(".") || line.startsWith("'");
        return macro(looksLikeMacro ? "\\&" + line : line);
    }

    /** Code and bold text become bold, and of links stays what is said. */
    private static String inline(String markdown) {
        StringBuilder text = new StringBuilder();
        String[] parts = markdown.split("`", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i % 2 == 1) {
                text.append("\\fB").append(escaped(parts[i])).append("\\fP");
            } else {
                String plain = escaped(LINK.matcher(parts[i]).replaceAll("$1"));
                text.append(plain.replaceAll("\\*\\*([^*]+)\\*\\*", "\\\\fB$1\\\\fP")
                        .replaceAll("(?<![\\w*])\\*([^* ][^*]*)\\*(?![\\w*])", "\\\\fI$1\\\\fP"));
            }
        }
        return text.toString();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }

    @Override
    public String toString() {
        return page.toString();
    }
}

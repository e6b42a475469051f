package dev.ipgate.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The known and wanted differences, of which {@code differences.txt} is the table. Each is on the closed side, and that is
 * seen to here: a request that nginx passes on and the gate refuses; one that both refuse in different words; a header about
 * the client of which the app is told no more than the gate knows to be true.
 */
final class Differences {

    private enum Kind {
        /** nginx asks the app, and the gate does not. */
        REFUSED,
        /** Neither asks the app; what the client is told differs. */
        ANSWER,
        /** nginx redirects before it asks any rule, and the gate asks the rules of where that leads. */
        ELSEWHERE,
        /** A trusted proxy names the client in words that nginx does not read: it takes the proxy for the client. */
        CLIENT,
        /** Both ask the app, which sees a header of that name differently; in any conf. */
        HEADER,
        /** Both ask the app, which sees the request differently in a way that no decision depends on. */
        REQUEST
    }

    private record Row(Kind kind, String forThePage) {}

    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final Set<String> met = new TreeSet<>();

    private Differences() {}

    /** Reads the table: a key, its kind, what nginx does, what ipgate does, and why, with bars between them. */
    static Differences read(Path table) throws IOException {
        Differences differences = new Differences();
        for (String line : Files.readAllLines(table, UTF_8)) {
            if (!line.isEmpty() && !line.startsWith("#")) {
                String[] cells = line.split(" *\\| *", -1);
                if (cells.length != 5) {
                    throw new IOException(table + ": not a key, a kind, nginx, ipgate and why: " + line);
                }
                String page = "| " + cells[2] + " | " + cells[3] + " | " + cells[4] + " |";
                differences.rows.put(cells[0], new Row(Kind.valueOf(cells[1]), page));
            }
        }
        return differences;
    }

    /** The table as the page for users has it. */
    List<String> forThePage() {
        return rows.values().stream().map(Row::forThePage).toList();
    }

    /** What is in the table and has not been met. */
    Set<String> unmet() {
        Set<String> unmet = new TreeSet<>(rows.keySet());
        unmet.removeAll(met);
        return unmet;
    }

    /**
     * What differs and should not.
     *
     * @param key the difference that is expected, or null
     */
    List<String> between(Question question, Outcome nginx, Outcome gate, @Nullable String key) {
        Map<String, String> found = facts(nginx, gate);
        found.keySet().removeIf(fact -> isKnownHeader(fact, gate));
        if (key == null) {
            return found.entrySet().stream()
                    .map(fact -> fact.getKey() + ": " + fact.getValue())
                    .toList();
        }
        if (!found.isEmpty() && isAsTheTableSays(key, question, nginx, gate)) {
            met.add(key);
            return List.of();
        }
        return List.of("not the difference \"" + key + "\" that the table tells of, but " + found);
    }

    private boolean isAsTheTableSays(String key, Question question, Outcome nginx, Outcome gate) {
        Row row = rows.get(key);
        return row != null
                && switch (row.kind()) {
                    case REFUSED -> nginx.reachedTheApp() && !gate.reachedTheApp();
                    case ANSWER -> !nginx.reachedTheApp() && !gate.reachedTheApp();
                    case ELSEWHERE ->
                        nginx.status() == 301
                                && nginx.location() != null
                                && nginx.location().replaceFirst("\\?.*", "").endsWith("/");
                    case CLIENT ->
                        question.from().equals(nginx.client())
                                && gate.client() != null
                                && question.headers().stream().anyMatch(header -> header.contains(gate.client()));
                    case REQUEST ->
                        nginx.reachedTheApp() && nginx.app() == gate.app() && nginx.status() == gate.status();
                    case HEADER -> false;
                };
    }

    private static Map<String, String> facts(Outcome nginx, Outcome gate) {
        Map<String, String> found = new TreeMap<>();
        compare("status", nginx.status(), gate.status(), found);
        compare("app", nginx.app(), gate.app(), found);
        compare("location", nginx.location(), gate.location(), found);
        compare("challenged", nginx.challenged(), gate.challenged(), found);
        boolean known = nginx.client() != null && gate.client() != null;
        if (known && nginx.status() != 400) { // which nginx answers before it looks for the client
            compare("client", nginx.client(), gate.client(), found);
        }
        if (nginx.reachedTheApp() && gate.reachedTheApp()) {
            compare("request", nginx.requestLine(), gate.requestLine(), found);
            Set<String> names = new TreeSet<>(nginx.headers().keySet());
            names.addAll(gate.headers().keySet());
            names.remove("connection"); // how the connection to the app is kept is each server's own business
            for (String name : names) {
                compare(name, nginx.headers().get(name), gate.headers().get(name), found);
            }
        }
        return found;
    }

    private static void compare(String fact, @Nullable Object nginx, @Nullable Object gate, Map<String, String> found) {
        if (nginx == null ? gate != null : !nginx.equals(gate)) {
            found.put(fact, "nginx " + nginx + ", ours " + gate);
        }
    }

    /** Whether a header is in the table, and absent or what the gate itself has seen: the client, its scheme and its Host. */
    private boolean isKnownHeader(String name, Outcome gate) {
        Row row = rows.get(name);
        String value = gate.headers().get(name);
        boolean known = row != null
                && row.kind() == Kind.HEADER
                && (value == null
                        || switch (name) {
                            case "x-forwarded-for" -> value.split(", ", 2)[0].equals(gate.client());
                            case "x-real-ip" -> value.equals(gate.client());
                            case "x-forwarded-proto" -> value.equals("http") || value.equals("https");
                            case "x-forwarded-host" -> !value.isEmpty();
                            default -> false;
                        });
        if (known) {
            met.add(name);
        }
        return known;
    }
}

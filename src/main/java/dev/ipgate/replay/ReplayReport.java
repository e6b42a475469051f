package dev.ipgate.replay;

import dev.ipgate.json.JsonWriter;
import java.util.List;
import java.util.Locale;

/** What a {@link Replay} has found, for people and for programs. */
public final class ReplayReport {

    private static final int MOST_SHOWN = 20;
    private static final int MOST_IN_JSON = 1000;

    private ReplayReport() {}

    /** A few lines, and those clients that change most. */
    public static String text(Replay replay) {
        StringBuilder text = new StringBuilder();
        line(text, replay.lines, "lines");
        line(text, replay.same, "decided the same");
        line(text, replay.newlyDenied.count(), "newly denied");
        line(text, replay.newlyAllowed.count(), "newly allowed");
        line(text, replay.reported.count(), "let in, and reported");
        line(text, replay.unknown, "not decided by their address then");
        replay.notJudged.forEach((key, count) -> line(text, count, "refused before their address matters: " + key));
        line(text, replay.unreadable, "not understood");
        replay.unreadableLines.forEach(
                line -> text.append(" ".repeat(12)).append(line).append('\n'));
        clients(text, "newly denied", replay.newlyDenied);
        clients(text, "newly allowed", replay.newlyAllowed);
        clients(text, "let in, and reported", replay.reported);
        return text.toString();
    }

    private static void line(StringBuilder text, long count, String what) {
        text.append(String.format(Locale.ROOT, "%10d  %s\n", count, what));
    }

    private static void clients(StringBuilder text, String title, Tally tally) {
        if (tally.count() == 0) {
            return;
        }
        List<Tally.Client> most = tally.most(MOST_SHOWN);
        text.append('\n').append(title).append(":\n");
        long shown = 0;
        for (Tally.Client client : most) {
            shown += client.count();
            text.append(String.format(Locale.ROOT, "%10d  %s: %s", client.count(), client.address(), client.reason()))
                    .append(" (")
                    .append(client.first());
            if (client.count() > 1) {
                text.append(" to ").append(client.last());
            }
            text.append(")\n");
        }
        if (shown < tally.count()) {
            String more = tally.others() == 0
                    ? tally.clients() - most.size() + " more clients"
                    : "more than " + (tally.clients() - most.size()) + " more clients";
            text.append(String.format(Locale.ROOT, "%10d  %s\n", tally.count() - shown, more));
        }
    }

    /** An object on one line. */
    public static String json(Replay replay) {
        JsonWriter json = new JsonWriter(new StringBuilder())
                .beginObject()
                .member("lines", replay.lines)
                .member("same", replay.same)
                .member("unknown", replay.unknown)
                .name("not_judged")
                .beginObject();
        replay.notJudged.forEach((key, count) -> json.member(key, count.longValue()));
        json.endObject()
                .member("unreadable", replay.unreadable)
                .name("unreadable_lines")
                .beginArray();
        replay.unreadableLines.forEach(json::value);
        json.endArray();
        clients(json, "newly_denied", replay.newlyDenied);
        clients(json, "newly_allowed", replay.newlyAllowed);
        clients(json, "reported", replay.reported);
        return json.endObject().toString();
    }

    private static void clients(JsonWriter json, String name, Tally tally) {
        json.name(name)
                .beginObject()
                .member("requests", tally.count())
                .member("clients_count", tally.clients())
                .member("requests_of_other_clients", tally.others())
                .name("clients")
                .beginArray();
        for (Tally.Client client : tally.most(MOST_IN_JSON)) {
            json.beginObject()
                    .member("client", client.address().toString())
                    .member("requests", client.count())
                    .member("first", client.first())
                    .member("last", client.last())
                    .member("reason", client.reason())
                    .endObject();
        }
        json.endArray().endObject();
    }
}

package dev.ipgate.server;

import dev.ipgate.config.Durations;
import dev.ipgate.config.GrantsSettings;
import dev.ipgate.grants.Grant;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.net.CidrBlock;
import dev.ipgate.server.ControlSocket.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the command line asks of the grants, over the control socket: words with a tab between, of which a note is the last. */
final class GrantCommands {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 64; // EX_USAGE of sysexits.h

    private final LiveGrants grants;
    private final Supplier<Judge> judge;

    /** @param judge of the snapshot of the day */
    GrantCommands(LiveGrants grants, Supplier<Judge> judge) {
        this.grants = grants;
        this.judge = judge;
    }

    /** Whether it is one of these. */
    static boolean knows(String[] words) {
        return switch (words[0]) {
            case "grant", "grants", "revoke", "invite" -> true;
            default -> false;
        };
    }

    /**
     * Carries one out.
     *
     * @param words {@code grant ADDRESS SECONDS SUDO_USER NOTE}, {@code revoke ADDRESS SUDO_USER},
     *     {@code invite WITHIN_SECONDS SECONDS SUDO_USER NOTE}, {@code grants text|json}; what is not said is empty
     * @param caller the user of the system who asks
     */
    Answer carryOut(String[] words, String caller) {
        try {
            if (words[0].equals("grant") && words.length == 5) {
                return grant(block(words[1]), duration(words[2]), by(caller, words[3]), text(words[4]));
            } else if (words[0].equals("revoke") && words.length == 3) {
                return revoke(block(words[1]), by(caller, words[2]));
            } else if (words[0].equals("invite") && words.length == 5) {
                return invite(
                        Objects.requireNonNullElse(duration(words[1]), Duration.ofDays(1)),
                        duration(words[2]),
                        by(caller, words[3]),
                        text(words[4]));
            } else if (words[0].equals("grants") && words.length == 2) {
                return new Answer(OK, words[1].equals("json") ? json() : table());
            }
            return new Answer(USAGE, "this gate is of another version than the command\n");
        } catch (IllegalArgumentException | IllegalStateException | IOException e) {
            return new Answer(FAILED, e.getMessage() + "\n");
        }
    }

    /** Root may act for others, and sudo says for whom. */
    private static String by(String caller, String sudoUser) {
        return sudoUser.isEmpty() || !caller.equals("root") ? caller : "root (" + sudoUser + ")";
    }

    private static @Nullable Duration duration(String seconds) {
        return seconds.isEmpty() ? null : Duration.ofSeconds(Integer.parseInt(seconds));
    }

    private static @Nullable String text(String word) {
        return word.isEmpty() ? null : word;
    }

    /** An address or a block. */
    private static CidrBlock block(String text) {
        return CidrBlock.parse(text);
    }

    private Answer grant(CidrBlock whom, @Nullable Duration lasts, String by, @Nullable String note)
            throws IOException {
        Grant grant = grants.grant(whom, lasts, by, note);
        StringBuilder text = new StringBuilder(grant.addresses())
                .append(" is let in until ")
                .append(grant.until())
                .append(", for ")
                .append(Durations.format(Duration.between(grant.from(), grant.until())))
                .append("; to end it: ipgate revoke ")
                .append(grant.addresses())
                .append('\n');
        List<Standing> all = judge.get().standings(whom.first(), grant.from());
        if (all.stream().allMatch(Standing::isRefused)) {
            text.append("warning: it is refused all the same, by ")
                    .append(all.get(0).text())
                    .append("; - allow: granted has to stand above that\n");
        }
        return new Answer(OK, text.toString());
    }

    private Answer revoke(CidrBlock whom, String by) throws IOException {
        List<Grant> gone = grants.revoke(whom, by);
        if (gone.isEmpty()) {
            String around = grants.live().stream()
                    .filter(grant -> grant.whom().range().contains(whom.first()))
                    .findFirst()
                    .map(grant ->
                            "; it is within " + grant.addresses() + ", which is: ipgate revoke " + grant.addresses())
                    .orElse("; what is, lists: ipgate grants");
            return new Answer(FAILED, Grant.text(whom) + " is not granted" + around + "\n");
        }
        StringBuilder text = new StringBuilder();
        gone.forEach(grant -> text.append("revoked: ").append(grant).append('\n'));
        judge.get().standings(whom.first(), Instant.now()).stream()
                .filter(standing -> !standing.isRefused())
                .findFirst()
                .ifPresent(standing -> text.append("it is not kept out by that: ")
                        .append(standing.text())
                        .append('\n'));
        return new Answer(OK, text.toString());
    }

    private Answer invite(Duration within, @Nullable Duration lasts, String by, @Nullable String note)
            throws IOException {
        String token = grants.invite(within, lasts, by, note);
        GrantsSettings settings = Objects.requireNonNull(grants.settings());
        String path = Objects.requireNonNull(settings.page()).path();
        return new Answer(OK, judge.get().signInHost() + path + "#" + token + "\n");
    }

    private String table() {
        List<Grant> live = grants.live();
        if (live.isEmpty()) {
            return "nobody is granted anything\n";
        }
        Instant now = Instant.now();
        StringBuilder text = new StringBuilder();
        row(text, "ADDRESS", "UNTIL", "LEFT", "WAY", "BY", "NOTE");
        live.forEach(grant -> row(
                text,
                grant.addresses(),
                grant.until().toString(),
                Durations.format(
                        Duration.between(now, grant.until()).plusSeconds(1).truncatedTo(ChronoUnit.SECONDS)),
                grant.way().word(),
                grant.by(),
                Objects.requireNonNullElse(grant.note(), "")));
        return text.toString();
    }

    private static void row(StringBuilder text, String... cells) {
        int[] widths = {20, 20, 10, 8, 12};
        for (int i = 0; i < cells.length; i++) {
            text.append(cells[i]);
            if (i + 1 < cells.length) {
                text.append(" ".repeat(Math.max(0, widths[i] - cells[i].length())))
                        .append("  ");
            }
        }
        while (text.charAt(text.length() - 1) == ' ') {
            text.setLength(text.length() - 1);
        }
        text.append('\n');
    }

    private String json() {
        JsonWriter json = new JsonWriter(new StringBuilder()).beginObject().name("grants");
        write(json, grants.live());
        return json.endObject() + "\n";
    }

    /** An array of grants. */
    static void write(JsonWriter json, List<Grant> grants) {
        json.beginArray();
        grants.forEach(grant -> json.beginObject()
                .member("address", grant.addresses())
                .member("from", grant.from().toString())
                .member("until", grant.until().toString())
                .member("way", grant.way().word())
                .member("by", grant.by())
                .member("note", grant.note())
                .endObject());
        json.endArray();
    }
}

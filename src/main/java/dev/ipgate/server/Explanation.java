package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.AppHeader;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.Access;
import dev.ipgate.policy.Rule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a verdict says, in words: what {@code explain} prints.
 *
 * @param status of the answer; 200 for a request that passes
 * @param reason which rule decided, or what else
 * @param refusal what kind of refusal it is; null if it passes, or if a password decides
 * @param rule the rule, if one was asked
 * @param position where it stands
 * @param peer who connected, if not the client itself
 * @param via the trusted hops between
 * @param text a few lines, for people
 * @param json the same as an object on one line
 */
public record Explanation(
        int status,
        String reason,
        @Nullable Refusal refusal,
        @Nullable String rule,
        @Nullable String position,
        @Nullable String peer,
        List<String> via,
        String text,
        String json) {

    /** Puts a verdict into words. */
    public static Explanation of(Request request, Verdict verdict) {
        Rule rule = verdict.rule();
        ClientAddress client = verdict.client();
        return new Explanation(
                status(verdict),
                verdict.reason(),
                verdict.refusal(),
                rule == null ? null : rule.toString(),
                rule == null ? null : rule.origin().fileAndLine(),
                client.peer().equals(client.address()) ? null : client.peer().toString(),
                client.via().stream().map(IpAddress::toString).toList(),
                text(request, verdict),
                json(request, verdict));
    }

    private static int status(Verdict verdict) {
        if (verdict.asksPassword()) {
            return Refusal.NO_PASSWORD.status();
        }
        return verdict.refusal() == null ? 200 : verdict.refusal().status();
    }

    private static String text(Request request, Verdict verdict) {
        StringBuilder text = new StringBuilder();
        if (verdict.asksPassword()) {
            line(text, "password", "a password decides; without the right one 401");
        } else {
            line(text, verdict.passes() ? "passes" : "refused", verdict.passes() ? verdict.word() : refused(verdict));
        }
        line(text, "because", verdict.reason());
        Rule rule = verdict.rule();
        if (rule != null && rule.note() != null && verdict.isByRules()) {
            line(text, "note", rule.note());
        }
        if (rule != null && rule.owner() != null && verdict.isByRules()) {
            line(text, "owner", rule.owner());
        }
        ClientAddress client = verdict.client();
        line(
                text,
                "client",
                (client.address() == null ? "none" : client.address().toString()) + ": " + client.reason());
        if (!client.peer().equals(client.address())) {
            line(text, "peer", client.peer().toString());
        }
        line(
                text,
                "request",
                request.method() + " " + request.path() + " for "
                        + (request.host() == null ? "no Host" : request.host()));
        String access = access(request, verdict);
        if (access != null) {
            line(text, "access", access);
        }
        if (verdict.place() != null) {
            line(
                    text,
                    "place",
                    verdict.place().name() + ", app at "
                            + verdict.place().upstream().authorities());
            told(text, request, verdict.place());
        }
        return text.toString();
    }

    /** What the app is told otherwise than the client has said it. */
    private static void told(StringBuilder text, Request request, Place place) {
        if (place.upstream().replacedPath() != null) {
            line(text, "app path", String.valueOf(place.appPath(request.path())));
        }
        for (AppHeader header : place.upstream().headers()) {
            line(
                    text,
                    "app gets",
                    header.value().isEmpty() ? "no " + header.name() : header.name() + " as upstream.headers has it");
        }
    }

    private static String refused(Verdict verdict) {
        return verdict.refusal() == null ? "" : verdict.refusal().status() + " " + verdict.word();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name)
                .append(": ")
                .append(" ".repeat(Math.max(0, 8 - name.length())))
                .append(value)
                .append('\n');
    }

    /** As rules ask for it; null where none does. */
    private static @Nullable String access(Request request, Verdict verdict) {
        Access access = verdict.place() == null ? null : verdict.place().access(request);
        return access == null ? null : access == Access.READ ? "mlflow:read" : "mlflow:write";
    }

    private static String json(Request request, Verdict verdict) {
        Rule rule = verdict.rule();
        ClientAddress client = verdict.client();
        JsonWriter json = new JsonWriter(new StringBuilder())
                .beginObject()
                .member("passes", verdict.passes())
                .member("decision", verdict.word())
                .member("reason", verdict.reason())
                .member("rule", rule == null ? null : rule.toString())
                .member("rule_position", rule == null ? null : rule.origin().toString())
                .member("note", rule == null ? null : rule.note())
                .member("owner", rule == null ? null : rule.owner())
                .member(
                        "client",
                        client.address() == null ? null : client.address().toString())
                .member("client_reason", client.reason())
                .member("peer", client.peer().toString())
                .member("method", request.method())
                .member("path", request.path())
                .member("access", access(request, verdict))
                .member("host", request.host())
                .member(
                        "place",
                        verdict.place() == null ? null : verdict.place().name())
                .member(
                        "app_path",
                        verdict.place() == null ? null : verdict.place().appPath(request.path()));
        if (verdict.asksPassword()) {
            json.member("status", Refusal.NO_PASSWORD.status());
        } else if (verdict.refusal() != null) {
            json.member("status", verdict.refusal().status());
        }
        return json.endObject() + "\n";
    }
}

package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.AppHeader;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.Access;
import dev.ipgate.policy.CertificateDoor;
import dev.ipgate.policy.Rule;
import dev.ipgate.policy.Satisfy;
import dev.ipgate.server.Configuration;
import dev.ipgate.server.Place;
import dev.ipgate.server.Refusal;
import dev.ipgate.server.Request;
import dev.ipgate.server.Verdict;
import dev.ipgate.tls.TlsServer.ClientAuthentication;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code explain}: what would become of a request, and why; by the same way that a request takes. */
public final class Explain implements Command {

    private static final Option PATH = Option.value("--path", "PATH");
    private static final Option METHOD = Option.value("--method", "METHOD");
    private static final Option HOST = Option.value("--host", "HOST");
    private static final Option PEER = Option.value("--peer", "ADDRESS");
    private static final Option HEADER =
            Option.repeated("--header", "'NAME: VALUE'").or("-H");
    private static final Option JSON = Option.flag("--json");

    private final PrintStream out;

    public Explain(PrintStream out) {
        this.out = out;
    }

    @Override
    public String help() {
        return """
                ipgate explain ADDRESS [options]    says whether a client would get in, and which rule decides

                  --path PATH               the path, / unless given
                  --method METHOD           GET unless given
                  --host HOST               the Host, one of the conf file's unless given
                  --peer ADDRESS            who connects, if not the client itself: a proxy, say
                  -H, --header 'N: V'       a header, as often as needed
                  -c, --conf FILE           the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml
                  --json                    the answer as JSON

                With --peer, the header that client_address reads names ADDRESS, unless it is given.
                Exit status: 0 it passes, 1 it is refused, 2 a password decides, 78 the conf file is wrong.
                """;
    }

    @Override
    public int run(String[] args) {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, PATH, METHOD, HOST, PEER, HEADER, JSON);
        IpAddress client = address(arguments.operands("ADDRESS").get(0));
        Configuration configuration = Configuration.load(ConfFile.of(arguments), Instant.now());
        Request request = request(arguments, client, configuration);
        Verdict verdict = configuration.judge().judge(request, Instant.now().getEpochSecond());
        out.print(arguments.has(JSON) ? json(request, verdict) : text(request, verdict));
        if (!arguments.has(JSON)) {
            out.print(certificates(configuration.settings(), verdict));
        }
        if (verdict.asksPassword()) {
            return ExitStatus.PASSWORD;
        }
        return verdict.passes() ? ExitStatus.OK : ExitStatus.FAILED;
    }

    /** What clients' certificates would change, as there is no handshake here. */
    private static String certificates(Settings settings, Verdict verdict) {
        StringBuilder text = new StringBuilder();
        for (ListenSettings listen : settings.listen()) {
            ClientAuthentication clients =
                    listen.tls() == null ? null : listen.tls().clients();
            if (clients != null && verdict.place() != null) {
                boolean enough = !clients.required() && verdict.place().satisfy() == Satisfy.ANY;
                line(
                        text,
                        "besides",
                        "on " + listen.text() + " a client's certificate is "
                                + (enough ? "enough by itself" : "needed, or 403"));
            }
        }
        return text.toString();
    }

    private static Request request(Arguments arguments, IpAddress client, Configuration configuration) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : arguments.values(HEADER)) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new UsageException("--header \"" + line + "\" is not of the form 'NAME: VALUE'");
            }
            headers.computeIfAbsent(line.substring(0, colon).strip(), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        String peer = arguments.value(PEER);
        String header = configuration.settings().clientAddress().header();
        if (peer != null && !headers.containsKey(header) && !header.equalsIgnoreCase("none")) {
            headers.put(header, List.of(header.equalsIgnoreCase("Forwarded") ? forwarded(client) : client.toString()));
        }
        String host = arguments.value(HOST);
        List<String> hosts = headers.getOrDefault("Host", List.of());
        return new Request(
                ClientAddress.direct(peer == null ? client : address(peer)),
                headers::get,
                "http",
                null,
                host != null ? host : hosts.isEmpty() ? configuration.someHost() : hosts.get(0),
                CertificateDoor.NONE,
                orElse(arguments.value(METHOD), "GET"),
                withoutQuery(orElse(arguments.value(PATH), "/")));
    }

    private static String withoutQuery(String target) {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private static String forwarded(IpAddress client) {
        return client.isIpv4() ? "for=" + client : "for=\"[" + client + "]\"";
    }

    private static String orElse(@Nullable String given, String otherwise) {
        return given == null ? otherwise : given;
    }

    private static IpAddress address(String text) {
        try {
            return IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static String text(Request request, Verdict verdict) {
        StringBuilder text = new StringBuilder();
        if (verdict.asksPassword()) {
            line(text, "password", "a password decides; without the right one 401");
        } else {
            line(text, verdict.passes() ? "passes" : "refused", verdict.passes() ? verdict.word() : refused(verdict));
        }
        line(text, "because", verdict.reason());
        Rule rule = rule(verdict);
        if (rule != null && rule.note() != null && verdict.isByRules()) {
            line(text, "note", rule.note());
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

    private static @Nullable Rule rule(Verdict verdict) {
        return verdict.decision() == null ? null : verdict.decision().rule();
    }

    /** As rules ask for it; null where none does. */
    private static @Nullable String access(Request request, Verdict verdict) {
        Access access = verdict.place() == null ? null : verdict.place().access(request);
        return access == null ? null : access == Access.READ ? "mlflow:read" : "mlflow:write";
    }

    private static String json(Request request, Verdict verdict) {
        Rule rule = rule(verdict);
        ClientAddress client = verdict.client();
        JsonWriter json = new JsonWriter(new StringBuilder())
                .beginObject()
                .member("passes", verdict.passes())
                .member("decision", verdict.word())
                .member("reason", verdict.reason())
                .member("rule", rule == null ? null : rule.toString())
                .member("rule_position", rule == null ? null : rule.origin().toString())
                .member("note", rule == null ? null : rule.note())
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

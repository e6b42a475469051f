package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.CertificateDoor;
import dev.ipgate.policy.Satisfy;
import dev.ipgate.server.Configuration;
import dev.ipgate.server.ControlSocket.Answer;
import dev.ipgate.server.Explanation;
import dev.ipgate.server.Request;
import dev.ipgate.server.RequestIds;
import dev.ipgate.server.Verdict;
import dev.ipgate.tls.TlsServer.ClientAuthentication;
import java.io.IOException;
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
    private final PrintStream err;

    public Explain(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String help() {
        return """
                ipgate explain ADDRESS [options]    says whether a client would get in, and which rule decides
                ipgate explain ID [-c FILE] [--json]    says why a request was not let in that has this number on its page, or in the log

                  --path PATH               the path, / unless given
                  --method METHOD           GET unless given
                  --host HOST               the Host, one of the conf file's unless given
                  --peer ADDRESS            who connects, if not the client itself: a proxy, say
                  -H, --header 'N: V'       a header, as often as needed
                  -c, --conf FILE           the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml
                  --json                    the answer as JSON

                With --peer, the header that client_address reads names ADDRESS, unless it is given.
                A request's number is asked of the running gate, over the control socket that the conf file names.
                Exit status: 0 it passes, 1 it is refused, 2 a password decides, 69 nobody knows the number, 78 the conf
                file is wrong.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, PATH, METHOD, HOST, PEER, HEADER, JSON);
        String operand = arguments.operands("ADDRESS").get(0);
        if (RequestIds.isId(operand)) {
            return askGate(operand, arguments);
        }
        IpAddress client = Arguments.address(operand);
        Configuration configuration = Configuration.load(ConfFile.of(arguments), Instant.now());
        Request request = request(arguments, client, configuration);
        Verdict verdict = configuration.judge().judge(request, Instant.now().getEpochSecond());
        Explanation explanation = Explanation.of(request, verdict);
        out.print(arguments.has(JSON) ? explanation.json() : explanation.text());
        if (!arguments.has(JSON)) {
            out.print(certificates(configuration.settings(), verdict));
        }
        if (verdict.asksPassword()) {
            return ExitStatus.PASSWORD;
        }
        return verdict.passes() ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private int askGate(String id, Arguments arguments) throws IOException {
        for (Option option : List.of(PATH, METHOD, HOST, PEER, HEADER)) {
            if (!arguments.values(option).isEmpty()) {
                throw new UsageException(
                        option.name() + " is for an address; of the request " + id + " the gate knows it");
            }
        }
        Answer answer = ControlledGate.of(arguments).ask("explain " + id + (arguments.has(JSON) ? " json" : ""), err);
        if (answer == null) {
            return ExitStatus.UNAVAILABLE;
        }
        (answer.status() == ExitStatus.UNAVAILABLE ? err : out).print(answer.text());
        return answer.status();
    }

    /** What clients' certificates would change, as there is no handshake here. */
    private static String certificates(Settings settings, Verdict verdict) {
        StringBuilder text = new StringBuilder();
        for (ListenSettings listen : settings.listen()) {
            ClientAuthentication clients =
                    listen.tls() == null ? null : listen.tls().clients();
            if (clients != null && verdict.place() != null) {
                boolean enough = !clients.required() && verdict.place().satisfy() == Satisfy.ANY;
                text.append("besides:  on ")
                        .append(listen.text())
                        .append(" a client's certificate is ")
                        .append(enough ? "enough by itself" : "needed, or 403")
                        .append('\n');
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
                ClientAddress.direct(peer == null ? client : Arguments.address(peer)),
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
}

package dev.ipgate.nginx;

import dev.ipgate.nginx.ClientAddressImport.Way;
import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Table;
import dev.ipgate.problem.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a conf file of nginx's configuration, part by part. */
final class Importer {

    private static final int LARGEST = 1 << 20; // characters of a conf file, at most as many bytes

    private final NginxConf conf;
    private final Findings findings;
    private final Scope http;
    private final Names names = new Names();
    private final Review review;
    private final ClientAddressImport clientAddresses;
    private final Table top = new Table(false);

    Importer(NginxConf conf) {
        this.conf = conf;
        this.findings = new Findings(conf.directives());
        this.http = http(conf);
        this.review = new Review(findings);
        this.clientAddresses = new ClientAddressImport(findings);
    }

    /** The level that holds servers: {@code http}, or the whole file where it is a part of one. */
    private static Scope http(NginxConf conf) {
        Directive file = new Directive(
                "this file",
                List.of(),
                conf.directives(),
                Position.of(conf.file().toString()),
                List.of(),
                "");
        Scope main = new Scope(null, file);
        Directive block = main.lastHere("http");
        return block == null ? main : new Scope(null, block);
    }

    NginxImport run() {
        if (!http.own().name().equals("this file")) {
            Scope.flat(conf.directives()).forEach(review::of);
        }
        review.keepsOut(http);
        List<ServerImport> servers = http.here("server").stream()
                .map(server -> new ServerImport(new Scope(http, server), findings))
                .toList();
        ListenersImport listeners = new ListenersImport(servers, findings);
        ServerImport first = listeners.defaultApp();
        List<ServerImport> apps = new ArrayList<>(listeners.apps());
        Way way = clientAddresses.of(
                first != null
                        ? first.scope()
                        : apps.isEmpty() ? http : apps.get(0).scope());
        Conditions conditions = new Conditions(http, names, findings);
        RulesImport rules = new RulesImport(names, findings, listeners.hasMappedClients() || way.trusts());
        TlsImport tls = new TlsImport(conf.prefix(), conditions, findings);
        SiteImport sites = new SiteImport(
                new DoorsImport(rules, conditions, review, conf.prefix(), findings),
                conditions,
                new UpstreamImport(upstreams(), conf.prefix(), findings),
                review,
                findings);
        Table site = new Table(false);
        List<Item> others = new ArrayList<>();
        if (first != null) {
            write(first, sites, listeners, tls, way, site);
        }
        for (ServerImport server : apps) {
            Table table = new Table(false);
            boolean chosen = server != first && !listeners.names(server).isEmpty();
            if (chosen && write(server, sites, listeners, tls, way, table)) {
                others.add(
                        new Item(table, LocationsImport.comments(server.scope().own()), ""));
            }
        }
        apps.stream()
                .filter(server -> server != first && listeners.names(server).isEmpty())
                .forEach(server -> findings.harmless(
                        server.scope().own(), "is never chosen: it has no name, and another server is the default"));
        refuseNames(listeners, site, others);
        boolean hasNames = !others.isEmpty()
                || site.entries().stream().anyMatch(entry -> entry.key().equals("hosts"));
        top.put("listen", new ListenNodes(listeners, way.trusts(), findings).node(tls, hasNames));
        top.put("client_address", way.node());
        names.writeTo(top);
        site.entries().forEach(entry -> top.put(entry.key(), entry.value(), entry.above(), entry.beside()));
        if (site.entries().isEmpty() && others.isEmpty()) {
            nothing(servers);
        }
        if (!others.isEmpty()) {
            top.put("sites", new Items(others, false));
        }
        Node limits = new LimitsImport(findings)
                .node(apps.stream().map(ServerImport::scope).toList());
        if (limits != null) {
            top.put("limits", limits);
        }
        listeners.tellOthers();
        tellUnused();
        String yaml = YamlText.of(top, heading(first));
        if (yaml.length() > LARGEST) {
            findings.matters(
                    http.own(),
                    "becomes a conf file of more than 1 MiB, which ipgate does not read",
                    "put long lists of addresses into files of lines such as allow 203.0.113.7; and include them");
        }
        return new NginxImport(yaml, findings.all());
    }

    /** A site that denies for names that nginx keeps from the app. */
    private static void refuseNames(ListenersImport listeners, Table site, List<Item> others) {
        Node app = Stream.concat(Stream.of(site), others.stream().map(Item::node))
                .flatMap(node -> node instanceof Table table ? table.entries().stream() : Stream.empty())
                .filter(entry -> entry.key().equals("upstream"))
                .map(Table.Entry::value)
                .findFirst()
                .orElse(null);
        if (app == null) {
            return;
        }
        for (ServerImport server : listeners.namesOfNobody()) {
            Table refused = new Table(false)
                    .put("hosts", Items.inline(listeners.names(server)))
                    .put("upstream", app)
                    .put("rules", Rule.node(List.of(Rule.denyAll(""))));
            others.add(new Item(refused, List.of("in nginx these names lead to no app"), ""));
        }
    }

    private boolean write(
            ServerImport server, SiteImport sites, ListenersImport listeners, TlsImport tls, Way way, Table table) {
        Scope scope = server.scope();
        String shut = clientAddresses.unlike(scope, way);
        shut = shut.isEmpty() ? tls.unlike(server, listeners.apps()) : shut;
        if (listeners.servesPlain(server)) {
            shut = "nginx sends on to https who comes without, and here another server shares the listener";
            findings.matters(
                    scope.own(),
                    "sends on to https who comes without, which ipgate does for a whole listener, so nobody may pass",
                    "give all servers of the listener the redirect");
        }
        Directive header = scope.find("real_ip_header");
        boolean byHeader = header == null || !header.argument(0).equals("proxy_protocol");
        if (listeners.takesProxyHeaders() && way.trusts() && byHeader) {
            shut = "both a PROXY header and another one name the client";
            findings.matters(
                    header == null ? scope.own() : header,
                    "names the client beside the PROXY header, in another way than ipgate does, so nobody may pass",
                    "write real_ip_header proxy_protocol, if that is meant");
        }
        boolean othersHaveRegexes = Stream.concat(listeners.apps().stream(), listeners.namesOfNobody().stream())
                .filter(other -> other != server)
                .anyMatch(other -> other.names().stream().anyMatch(name -> name.startsWith("~")));
        return sites.write(scope, listeners.names(server), othersHaveRegexes, shut, table);
    }

    private List<String> heading(@Nullable ServerImport first) {
        List<String> lines = new ArrayList<>(List.of("From " + conf.file() + ", by ipgate import-nginx."));
        if (first != null) {
            lines.addAll(LocationsImport.comments(first.scope().own()));
        }
        return lines;
    }

    private Map<String, Directive> upstreams() {
        Map<String, Directive> blocks = new HashMap<>();
        http.here("upstream").forEach(block -> blocks.putIfAbsent(block.argument(0), block));
        return blocks;
    }

    private void nothing(List<ServerImport> servers) {
        top.put("upstream", new Node.Scalar("http://127.0.0.1:8081"), List.of(), "nginx passes nothing on to an app");
        top.put("rules", Rule.node(List.of(Rule.denyAll(""))));
        if (servers.isEmpty()) {
            findings.matters(http.own(), "has no server", "name nginx.conf, or a file with a server");
        }
    }

    private void tellUnused() {
        for (String name : List.of("geo", "map")) {
            for (Directive directive : http.here(name)) {
                if (!findings.isSettled(directive)) {
                    findings.harmless(directive, "decides nothing about who gets in");
                }
            }
        }
    }
}

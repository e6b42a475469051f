package dev.ipgate.nginx;

import dev.ipgate.nginx.Address.Kind;
import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes of nginx's realip module how the client's address is found: in ipgate the same for all sites. */
final class ClientAddressImport {

    private static final String XFF = "X-Forwarded-For";
    private static final String UNLIKE =
            "nginx finds the client's address in another way here, and ipgate in one way for all";

    /**
     * How a server finds the client's address.
     *
     * @param node as the conf file has it
     * @param trusts whether any proxy is believed
     * @param understood false if it cannot be said: then nobody may pass
     */
    record Way(Table node, boolean trusts, boolean understood) {}

    private final Findings findings;
    private final IdentityHashMap<Scope, Way> known = new IdentityHashMap<>();

    ClientAddressImport(Findings findings) {
        this.findings = findings;
    }

    Way of(Scope scope) {
        return known.computeIfAbsent(scope, this::read);
    }

    /** Why nobody may pass in a server; empty for no reason. */
    String unlike(Scope server, Way common) {
        Way own = of(server);
        if (!own.understood() || !own.node().flow().equals(common.node().flow())) {
            Directive from = server.find("set_real_ip_from");
            findings.matters(
                    from == null ? server.own() : from,
                    UNLIKE + ", so nobody may pass in this server",
                    "have one way for all");
            return UNLIKE;
        }
        Directive inner = inLocations(server.own());
        if (inner != null) {
            findings.matters(inner, UNLIKE + ", so nobody may pass in this server", "have one way for all");
            return UNLIKE;
        }
        return "";
    }

    private static @Nullable Directive inLocations(Directive around) {
        for (Directive location : Scope.flat(around.children())) {
            if (!location.name().equals("location")) {
                continue;
            }
            for (Directive line : Scope.flat(location.children())) {
                if (line.name().matches("set_real_ip_from|real_ip_header|real_ip_recursive")) {
                    return line;
                }
            }
            Directive deeper = inLocations(location);
            if (deeper != null) {
                return deeper;
            }
        }
        return null;
    }

    private Way read(Scope scope) {
        Table table = new Table(false);
        List<Item> proxies = new ArrayList<>();
        boolean understood = proxies(scope, proxies);
        String header = scope.value("real_ip_header", "X-Real-IP");
        boolean trusts = !proxies.isEmpty();
        if (trusts) {
            boolean bare = proxies.stream()
                    .allMatch(item -> item.above().isEmpty() && item.beside().isEmpty());
            table.put("trusted_proxies", new Items(proxies, bare));
            header(scope, header, table);
        }
        table.put(
                "untrusted_forwarder",
                new Scalar("ignore"),
                List.of(),
                "nginx's way; safer without: an unknown proxy on this machine is refused");
        return new Way(table, trusts, understood);
    }

    private void header(Scope scope, String header, Table table) {
        if (header.equals("proxy_protocol")) {
            table.put("header", new Scalar("none"), List.of(), "the PROXY header alone tells");
            return;
        }
        Directive directive = scope.find("real_ip_header");
        if (header.equalsIgnoreCase("Forwarded")) {
            if (directive != null) {
                findings.matters(
                        directive,
                        "is a header that nginx does not understand, so it tells nothing",
                        "write X-Forwarded-For");
            }
            table.put("header", "none");
            return;
        }
        boolean list = header.equalsIgnoreCase(XFF);
        if (!list) {
            table.put("header", header);
        }
        if (list && !scope.isOn("real_ip_recursive")) {
            table.put(
                    "recursive",
                    new Scalar("false"),
                    List.of(),
                    "nginx's default; safer without: the walk goes on past trusted proxies");
        }
        if (list) {
            table.put(
                    "on_malformed",
                    new Scalar("keep"),
                    List.of(),
                    "nginx's way; safer without: a request with a hop that is no address is refused");
        }
    }

    private boolean proxies(Scope scope, List<Item> proxies) {
        boolean understood = true;
        for (Directive from : scope.findAll("set_real_ip_from")) {
            String written = from.argument(0);
            Address address = Address.read(written);
            if (written.equals("unix:")) {
                findings.harmless(from, "is about Unix sockets, which ipgate does not listen on");
            } else if (address == null) {
                findings.matters(
                        from,
                        "is a host name, which ipgate does not look up yet; whoever comes by that proxy would be taken for"
                                + " it, so nobody may pass",
                        "write the proxy's addresses, and import again");
                understood = false;
            } else if (address.is(Kind.MAPPED) || address.is(Kind.EVERYBODY)) {
                findings.matters(from, "is no address of a proxy, so nobody may pass", "write the proxy's addresses");
                understood = false;
            } else {
                String note = from.beside().isEmpty() ? address.note() : from.beside();
                proxies.add(new Item(new Scalar(address.text()), from.above(), note));
            }
        }
        return understood;
    }
}

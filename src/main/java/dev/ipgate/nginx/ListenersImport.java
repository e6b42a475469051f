package dev.ipgate.nginx;

import dev.ipgate.nginx.ServerImport.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the listeners and the servers of the conf file. nginx has the servers of each address to itself, and ipgate all
 * sites on all listeners: so only listeners are taken that have the same servers, and no server is reached where it was
 * not before.
 */
final class ListenersImport {

    private final List<ServerImport> servers;
    private final Findings findings;
    private final Set<String> sockets = new LinkedHashSet<>();
    private final Set<String> redirects = new LinkedHashSet<>();
    private final List<ServerImport> apps = new ArrayList<>();
    private final Map<String, ServerImport> defaults = new LinkedHashMap<>();

    ListenersImport(List<ServerImport> servers, Findings findings) {
        this.servers = servers;
        this.findings = findings;
        servers.forEach(this::addDefaults);
        findRedirects();
        choose();
        takeOnePerPort();
    }

    /** The names that a server is chosen by: of two that have the same, nginx takes the first. */
    List<String> names(ServerImport server) {
        Set<String> taken = new LinkedHashSet<>();
        for (ServerImport before : servers) {
            if (before == server) {
                break;
            }
            if (before.listens().stream().anyMatch(listen -> sockets.contains(listen.key()))) {
                taken.addAll(before.names());
            }
        }
        return server.names().stream().filter(name -> !taken.contains(name)).toList();
    }

    /**
     * Whether a server that sends on to https who comes without would be asked without it: another app shares its listener.
     */
    boolean servesPlain(ServerImport server) {
        return server.sendsPlainOn()
                && server.listens().stream().anyMatch(listen -> !listen.tls() && sockets.contains(listen.key()));
    }

    /**
     * The servers without an app whose names would else be another site's, be it the default or one with a pattern: an app
     * may tell names apart that nginx keeps from it.
     */
    List<ServerImport> namesOfNobody() {
        boolean caught = defaultApp() != null
                || apps.stream().flatMap(app -> app.names().stream()).anyMatch(name -> name.matches("[~.].*|.*\\*.*"));
        return servers.stream()
                .filter(server ->
                        caught && !apps.contains(server) && !names(server).isEmpty())
                .filter(server -> server.listens().stream().anyMatch(listen -> sockets.contains(listen.key())))
                .toList();
    }

    /** Whether PROXY headers come before what clients say. */
    boolean takesProxyHeaders() {
        return servers.stream()
                .flatMap(server -> server.listens().stream())
                .anyMatch(listen -> listen.proxyProtocol() && sockets.contains(listen.key()));
    }

    /** nginx's choice for names that no server has: who says so, or who comes first. */
    private void addDefaults(ServerImport server) {
        for (Listen listen : server.listens()) {
            ServerImport before = defaults.get(listen.key());
            boolean taken = before != null
                    && before.listens().stream()
                            .anyMatch(other -> other.key().equals(listen.key()) && other.isDefault());
            if (before == null || (listen.isDefault() && !taken)) {
                defaults.put(listen.key(), server);
            }
        }
    }

    /** The servers of a socket. */
    List<ServerImport> on(String key) {
        return servers.stream()
                .filter(server -> server.listens().stream()
                        .anyMatch(listen -> listen.key().equals(key)))
                .toList();
    }

    private void findRedirects() {
        for (String key : defaults.keySet()) {
            List<ServerImport> here = on(key);
            boolean all = here.stream()
                    .allMatch(server ->
                            server.kind() == Kind.REDIRECT || server.kind() == Kind.REFUSES || server.sendsPlainOn());
            boolean any = here.stream().anyMatch(server -> server.kind() == Kind.REDIRECT || server.sendsPlainOn());
            boolean plain = here.stream()
                    .flatMap(server -> server.listens().stream())
                    .noneMatch(listen -> listen.key().equals(key) && listen.tls());
            if (all && any && plain) {
                redirects.add(key);
            }
        }
    }

    private void choose() {
        for (ServerImport server : servers) {
            if (server.kind() != Kind.APP) {
                continue;
            }
            Set<String> own = keys(server);
            if (own.isEmpty()) {
                continue; // its listen lines were told of
            }
            if (apps.isEmpty()) {
                sockets.addAll(own);
                apps.add(server);
                continue;
            }
            Set<String> common = new LinkedHashSet<>(sockets);
            common.retainAll(own);
            if (common.isEmpty()) {
                findings.matters(
                        server.scope().own(),
                        "listens where other servers do not, and ipgate has all sites on all listeners, so it is left out",
                        "import it by itself, into a conf file and a gate of its own");
            } else {
                sockets.retainAll(common);
                apps.add(server);
            }
        }
        String first = sockets.stream().findFirst().orElse("");
        sockets.removeIf(key -> defaults.get(key) != defaults.get(first));
        for (ServerImport server : apps) {
            server.listens().stream()
                    .filter(listen -> !sockets.contains(listen.key()) && !redirects.contains(listen.key()))
                    .forEach(listen -> findings.matters(
                            listen.at(),
                            "is not where all imported servers listen, and ipgate has all sites on all listeners, so it"
                                    + " does not listen there",
                            "import these servers by themselves, into a conf file and a gate of their own"));
        }
    }

    /**
     * A socket of all addresses takes what comes to each: those of single addresses that lead to the same are left away, and
     * where one leads elsewhere, so is the socket of all.
     */
    private void takeOnePerPort() {
        for (ServerImport server : servers) {
            for (Listen listen : server.listens()) {
                Set<String> those = sockets.contains(listen.key()) ? sockets : redirects;
                List<String> single = defaults.keySet().stream()
                        .filter(key -> isWithin(key, listen) && those.contains(listen.key()))
                        .toList();
                if (those.containsAll(single)) {
                    single.forEach(those::remove);
                } else {
                    those.remove(listen.key());
                    findings.matters(
                            listen.at(),
                            "is for all addresses but one at which other servers are, which ipgate cannot tell apart, so it"
                                    + " does not listen there",
                            "write the addresses themselves");
                }
            }
        }
    }

    /** Whether a socket's address is one of those that another stands for. */
    private static boolean isWithin(String key, Listen all) {
        boolean ipv6 = key.startsWith("[");
        boolean family = all.host().equals(Listen.BOTH) || all.host().equals(ipv6 ? Listen.IPV6 : Listen.IPV4);
        return family
                && key.endsWith(":" + all.port())
                && !Set.of(Listen.IPV4, Listen.IPV6, Listen.BOTH).contains(key.substring(0, key.lastIndexOf(':')));
    }

    private Set<String> keys(ServerImport server) {
        Set<String> keys = new LinkedHashSet<>();
        server.listens().forEach(listen -> keys.add(listen.key()));
        keys.removeAll(redirects);
        return keys;
    }

    /** The sockets that all sites listen on, by their keys. */
    Set<String> sockets() {
        return sockets;
    }

    /** The sockets where everybody is sent on to https, by their keys. */
    Set<String> redirects() {
        return redirects;
    }

    /** Whatever is said of a socket, by one server or another. */
    Stream<Listen> listens(String key) {
        return servers.stream()
                .flatMap(server -> server.listens().stream())
                .filter(listen -> listen.key().equals(key));
    }

    /** The servers that become sites, in nginx's order. */
    List<ServerImport> apps() {
        return apps;
    }

    /** The server for names that no other has; null where nginx would not give them to an app. */
    @Nullable
    ServerImport defaultApp() {
        ServerImport chosen =
                sockets.isEmpty() ? null : defaults.get(sockets.iterator().next());
        return chosen != null && apps.contains(chosen) ? chosen : null;
    }

    /** Whether IPv4 clients come in by a socket of IPv6, as {@code ::ffff:a.b.c.d}. */
    boolean hasMappedClients() {
        return servers.stream()
                .flatMap(server -> server.listens().stream())
                .anyMatch(listen -> listen.host().equals(Listen.BOTH));
    }

    /** Tells of servers that become nothing. */
    void tellOthers() {
        for (ServerImport server : servers) {
            boolean redirect = server.kind() == Kind.REDIRECT
                    && server.listens().stream().allMatch(listen -> redirects.contains(listen.key()));
            if (server.kind() == Kind.OTHER || (server.kind() == Kind.REDIRECT && !redirect)) {
                findings.matters(
                        server.scope().own(),
                        "has no app behind it, so it is left out",
                        "keep nginx for it, or have an app answer");
            } else if (server.kind() == Kind.REFUSES) {
                findings.harmless(server.scope().own(), "refuses everybody, and so does ipgate");
            }
        }
    }
}

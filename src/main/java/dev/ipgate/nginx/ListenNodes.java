package dev.ipgate.nginx;

import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the listeners that were chosen. */
final class ListenNodes {

    private final ListenersImport listeners;
    private final boolean trustsProxies;
    private final Findings findings;

    /** @param trustsProxies whether there are proxies whose PROXY headers would be believed */
    ListenNodes(ListenersImport listeners, boolean trustsProxies, Findings findings) {
        this.listeners = listeners;
        this.trustsProxies = trustsProxies;
        this.findings = findings;
    }

    /** The listeners as the conf file has them. */
    Node node(TlsImport tls, boolean hasNames) {
        List<Item> items = new ArrayList<>();
        Node pairs = tls.node(listeners.apps(), listeners.defaultApp());
        for (String key : listeners.sockets()) {
            listeners.listens(key).findFirst().ifPresent(listen -> add(listen, pairs, false, items));
        }
        for (String key : listeners.redirects()) {
            Listen listen = listeners.listens(key).findFirst().orElse(null);
            if (listen != null && !hasNames) {
                findings.matters(
                        listen.at(),
                        "sends everybody on to https, and ipgate only to names that it knows, so it does not listen there",
                        "write the names under hosts, and {address: \"*:80\", redirect_to_https: true} under listen");
            } else if (listen != null) {
                add(listen, pairs, true, items);
            }
        }
        if (items.isEmpty()) {
            return new Scalar("127.0.0.1:8080");
        }
        Item only = items.get(0);
        return items.size() == 1 && only.node() instanceof Scalar ? only.node() : new Items(items, false);
    }

    private void add(Listen listen, @Nullable Node pairs, boolean redirect, List<Item> items) {
        Set<String> peers = redirect ? listeners.redirects() : listeners.sockets();
        boolean both = listen.host().equals(Listen.BOTH)
                || (peers.contains(Listen.IPV4 + ":" + listen.port())
                        && peers.contains(Listen.IPV6 + ":" + listen.port()));
        if (listen.host().equals(Listen.IPV6) && both) {
            return; // its brother stands for it
        }
        if (listen.host().equals(Listen.IPV6)) {
            findings.matters(
                    listen.at(),
                    "is for IPv6 alone, which ipgate cannot tell from both families, so it does not listen there",
                    "write the IPv6 address itself, or listen on both");
            return;
        }
        String address = both ? "*:" + listen.port() : listen.key();
        boolean tls = listeners.listens(listen.key()).anyMatch(Listen::tls);
        if (tls && pairs == null) {
            findings.matters(
                    listen.at(), "has no certificate that ipgate can read, so it does not listen there", "name one");
            return;
        }
        Table table = new Table(true).put("address", address);
        if (tls && pairs != null) {
            table.put("tls", pairs);
        }
        proxyProtocol(listen, table);
        if (redirect) {
            table.put("redirect_to_https", "true");
        }
        String folder = tls ? null : challenges(listen.key());
        if (folder != null) {
            table.put("acme_challenges", folder);
        }
        boolean bare = table.entries().size() == 1;
        items.add(new Item(bare ? bare(address) : table.tidy(), List.of(), ""));
    }

    private static Node bare(String address) {
        return new Scalar(address.startsWith("*:") ? address.substring(2) : address);
    }

    private void proxyProtocol(Listen listen, Table table) {
        boolean wanted = listeners.listens(listen.key()).anyMatch(Listen::proxyProtocol);
        if (wanted && trustsProxies) {
            table.put("proxy_protocol", "true");
        } else if (wanted) {
            findings.matters(
                    listen.at(),
                    "takes PROXY headers from anybody and believes none; ipgate takes them only from proxies that it is"
                            + " told of, and expects none here",
                    "write proxy_protocol: true, and client_address.trusted_proxies");
        }
    }

    private @Nullable String challenges(String key) {
        for (ServerImport server : listeners.on(key)) {
            if (server.challenges() != null) {
                return server.challenges();
            }
        }
        return null;
    }
}

package dev.ipgate.client;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client's address: the rules of {@code client_address}, compiled; nginx's {@code set_real_ip_from},
 * {@code real_ip_header} and {@code real_ip_recursive}. Immutable and pure.
 */
public final class ClientAddresses {

    /*
     * Every proxy appends what it knows on the right, so the header is read from the right and only as far as somebody
     * trusted vouches for it. What stands further left may be anything, and is not even looked at. One hop costs the
     * address and the result; the reasons are made beforehand, except those that quote what is wrong.
     */

    /** Gives the lines of a header in order; null or empty if the request has none. */
    @FunctionalInterface
    public interface Headers {
        @Nullable
        List<String> lines(String name);
    }

    /** What each kind of header looks like. */
    private enum Syntax {
        NONE,
        ONE_ADDRESS,
        LIST,
        FORWARDED;

        static Syntax of(String header) {
            if (header.equalsIgnoreCase("none")) {
                return NONE;
            }
            if (header.equalsIgnoreCase("Forwarded")) {
                return FORWARDED;
            }
            return header.equalsIgnoreCase("X-Forwarded-For") ? LIST : ONE_ADDRESS;
        }
    }

    /** Hops that a walk reaches at most. */
    private static final int MOST_HOPS = 64;

    /** What a proxy sends that passes a request on, by any of the usual recipes. */
    private static final String[] MARKS_OF_A_FORWARDER = {
        "X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "Via"
    };

    private final AddressSet trustedProxies;
    private final String header;
    private final Syntax syntax;
    private final boolean recursive;
    private final boolean keepMalformed;
    private final boolean ignoreUntrustedForwarder;

    private final String ignored;
    private final String onlyAddress;
    private final String lastHop;
    private final String lastUntrusted;
    private final String allTrusted;

    /** See {@code config.ClientAddressSettings}, whose meaning each parameter has. */
    public ClientAddresses(
            AddressSet trustedProxies,
            String header,
            boolean recursive,
            boolean keepMalformed,
            boolean ignoreUntrustedForwarder) {
        this.trustedProxies = trustedProxies;
        this.header = header;
        this.syntax = Syntax.of(header);
        this.recursive = recursive;
        this.keepMalformed = keepMalformed;
        this.ignoreUntrustedForwarder = ignoreUntrustedForwarder;
        ignored = "the peer; " + header + " is ignored because the peer is not a trusted proxy";
        onlyAddress = "the address in " + header;
        lastHop = "the last hop of " + header + ", as client_address.recursive is false";
        lastUntrusted = "the last hop of " + header + " that is not a trusted proxy";
        allTrusted = "the first hop of " + header + ", as all are trusted proxies";
    }

    public boolean trusts(IpAddress peer) {
        return trustedProxies.contains(peer);
    }

    /** Whether what the connection's other end says of other clients, in headers, is believed. */
    public boolean believes(ClientAddress direct) {
        ClientAddress.Balancer balancer = direct.balancer();
        return trusts(direct.peer())
                && (balancer == null || (!balancer.speaksForItself() && trusts(balancer.address())));
    }

    /** The client of a request that came from this peer with these headers. */
    public ClientAddress find(IpAddress peer, Headers headers) {
        return find(ClientAddress.direct(peer), headers);
    }

    /**
     * The same for a caller that keeps the direct answer for the life of a connection: it is returned itself, and
     * nothing allocated, if no header has a say.
     */
    public ClientAddress find(ClientAddress direct, Headers headers) {
        ClientAddress.Balancer balancer = direct.balancer();
        if (balancer != null) {
            if (!trusts(balancer.address())) { // any more: a reload has said so since the connection was opened
                return ClientAddress.refused(
                        direct.peer(),
                        "the PROXY header came from " + balancer.address() + ", which is no trusted proxy any more");
            }
            if (balancer.speaksForItself() || direct.address() == null) {
                return direct;
            }
        }
        if (!trusts(direct.peer())) {
            return findUntrusted(direct, headers);
        }
        if (syntax == Syntax.NONE) {
            return direct;
        }
        List<String> lines = headers.lines(header);
        if (lines == null || lines.isEmpty()) {
            return direct;
        }
        return syntax == Syntax.ONE_ADDRESS ? readOne(direct, lines) : walk(direct, lines);
    }

    /** Whether somebody passes the request on whose word about others is not believed, so that its client is another. */
    public boolean isForwardedByStranger(ClientAddress direct, Headers headers) {
        if (!believes(direct)) {
            for (String mark : MARKS_OF_A_FORWARDER) {
                if (isPresent(headers.lines(mark))) {
                    return true;
                }
            }
        }
        return false;
    }

    private ClientAddress findUntrusted(ClientAddress direct, Headers headers) {
        IpAddress peer = direct.peer();
        if (peer.isLoopback() && !ignoreUntrustedForwarder) {
            for (String mark : MARKS_OF_A_FORWARDER) {
                if (isPresent(headers.lines(mark))) {
                    return ClientAddress.refused(
                            peer,
                            "a proxy on this machine forwards to us; name it in client_address.trusted_proxies: it came"
                                    + " from " + peer + " and sent " + mark);
                }
            }
        }
        return syntax != Syntax.NONE && isPresent(headers.lines(header))
                ? new ClientAddress(peer, peer, List.of(), ignored)
                : direct;
    }

    private static boolean isPresent(@Nullable List<String> lines) {
        return lines != null && !lines.isEmpty();
    }

    private ClientAddress readOne(ClientAddress direct, List<String> lines) {
        IpAddress peer = direct.peer();
        if (lines.size() > 1) {
            return malformed(peer, peer, null, header + " came in " + lines.size() + " lines");
        }
        String line = lines.get(0);
        int from = Hop.skipBlanks(line, 0, line.length());
        int to = Hop.trimBlanks(line, from, line.length());
        if (from == to) {
            return direct;
        }
        IpAddress address = Hop.parse(line, from, to);
        return address == null
                ? malformed(peer, peer, null, noAddress(line, from, to))
                : new ClientAddress(peer, address, List.of(), onlyAddress);
    }

    private ClientAddress walk(ClientAddress direct, List<String> lines) {
        IpAddress peer = direct.peer();
        IpAddress client = peer;
        List<IpAddress> passed = null; // trusted hops that the walk has left behind, the last of the header first
        int hops = 0;
        for (int i = lines.size() - 1; i >= 0; i--) {
            String line = lines.get(i);
            // Who reads from the left sees other elements here than we would, so nobody's reading is taken; but keep
            // must not fall back on the peer because a stranger sent a quote, and takes what the proxies appended.
            if (syntax == Syntax.FORWARDED && !keepMalformed && !ForwardedElement.quotesClose(line)) {
                return malformed(peer, client, passed, "a quoted string in " + header + " is malformed");
            }
            int end = line.length();
            while (end >= 0) {
                int comma = commaBefore(line, end);
                int from = Hop.skipBlanks(line, comma + 1, end);
                int to = Hop.trimBlanks(line, from, end);
                end = comma;
                if (from == to) {
                    continue;
                }
                if (hops == MOST_HOPS) {
                    return malformed(peer, client, passed, header + " has more than " + MOST_HOPS + " hops");
                }
                IpAddress hop = parse(line, from, to);
                if (hop == null) {
                    return malformed(peer, client, passed, noAddress(line, from, to));
                }
                if (hops++ > 0) {
                    passed = passed == null ? new ArrayList<>() : passed;
                    passed.add(client);
                }
                client = hop;
                if (!recursive) {
                    return new ClientAddress(peer, client, List.of(), lastHop);
                }
                if (!trusts(hop)) {
                    return new ClientAddress(peer, client, inHeaderOrder(passed), lastUntrusted);
                }
            }
        }
        return hops == 0 ? direct : new ClientAddress(peer, client, inHeaderOrder(passed), allTrusted);
    }

    private int commaBefore(String line, int end) {
        return syntax == Syntax.FORWARDED ? ForwardedElement.commaBefore(line, end) : line.lastIndexOf(',', end - 1);
    }

    private @Nullable IpAddress parse(String line, int from, int to) {
        return syntax == Syntax.FORWARDED ? ForwardedElement.parse(line, from, to) : Hop.parse(line, from, to);
    }

    private ClientAddress malformed(
            IpAddress peer, IpAddress lastGood, @Nullable List<IpAddress> passed, String mistake) {
        if (!keepMalformed) {
            return ClientAddress.refused(peer, mistake);
        }
        return new ClientAddress(
                peer,
                lastGood,
                inHeaderOrder(passed),
                mistake + "; the last good hop counts, as client_address.on_malformed is keep");
    }

    private String noAddress(String line, int from, int to) {
        return Excerpt.quote(line, from, to) + " in " + header + " has no address";
    }

    private static List<IpAddress> inHeaderOrder(@Nullable List<IpAddress> passed) {
        if (passed == null) {
            return List.of();
        }
        Collections.reverse(passed);
        return List.copyOf(passed);
    }
}

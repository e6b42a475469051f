package dev.ipgate.client;

import dev.ipgate.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one address that rules, limits, logs and the app see, and how it was found.
 *
 * @param peer the other end of the connection, or who that is by the PROXY header of a balancer
 * @param address the client; null if the request is to be refused because it has none
 * @param via the trusted hops between the client and the peer, in the order of the header; usually empty
 * @param reason how the address was found, or why there is none; text that a request holds is in it only if it is
 *     printable, and cut short
 * @param balancer for what is kept for the life of a connection, who announced it by a PROXY header; null for most
 */
public record ClientAddress(
        IpAddress peer,
        @Nullable IpAddress address,
        List<IpAddress> via,
        String reason,
        @Nullable Balancer balancer) {

    /**
     * The other end of a connection that began with a PROXY header.
     *
     * @param address who sent it; a trusted proxy then
     * @param speaksForItself whether the connection is the balancer's own, so that no header says who is behind it
     */
    public record Balancer(IpAddress address, boolean speaksForItself) {}

    ClientAddress(IpAddress peer, @Nullable IpAddress address, List<IpAddress> via, String reason) {
        this(peer, address, via, reason, null);
    }

    /** What a request gets that no header says anything about. One may be kept for the life of a connection. */
    public static ClientAddress direct(IpAddress peer) {
        return new ClientAddress(peer, peer, List.of(), "the peer");
    }

    /** The same for a connection that a balancer has announced. */
    public static ClientAddress announced(ProxyHeader header, IpAddress balancer) {
        IpAddress source = header.source();
        if (source != null) {
            return new ClientAddress(
                    source,
                    source,
                    List.of(),
                    "the peer, by the PROXY header of " + balancer,
                    new Balancer(balancer, false));
        }
        return header.origin() == ProxyHeader.Origin.BALANCER
                ? new ClientAddress(
                        balancer,
                        balancer,
                        List.of(),
                        "the peer, whose PROXY header says that it speaks for itself",
                        new Balancer(balancer, true))
                : new ClientAddress(
                        balancer,
                        null,
                        List.of(),
                        "the PROXY header of " + balancer + " has no IP address",
                        new Balancer(balancer, false));
    }

    static ClientAddress refused(IpAddress peer, String reason) {
        return new ClientAddress(peer, null, List.of(), reason);
    }
}

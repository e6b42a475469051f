package dev.ipgate.client;

import dev.ipgate.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one address that rules, limits, logs and the app see, and how it was found.
 *
 * @param peer the other end of the connection
 * @param address the client; null if the request is to be refused because it has none
 * @param via the trusted hops between the client and the peer, in the order of the header; usually empty
 * @param reason how the address was found, or why there is none; text that a request holds is in it only if it is
 *     printable, and cut short
 */
public record ClientAddress(IpAddress peer, @Nullable IpAddress address, List<IpAddress> via, String reason) {

    /** What a request gets that no header says anything about. One may be kept for the life of a connection. */
    public static ClientAddress direct(IpAddress peer) {
        return new ClientAddress(peer, peer, List.of(), "the peer");
    }

    static ClientAddress refused(IpAddress peer, String reason) {
        return new ClientAddress(peer, null, List.of(), reason);
    }
}

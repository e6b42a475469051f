package dev.ipgate.lists;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells addresses of the Internet from those that mean something else in every network: a name or a list of somebody else's
 * that holds one of these would let in a machine next door. By IANA's registries of special-purpose addresses (RFC 6890).
 */
final class PublicAddresses {

    private static final AddressSet OTHERS = AddressSet.of(Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10", // carriers' NAT
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "224.0.0.0/3", // multicast, and what is reserved
                    "::/127", // unspecified, and loopback
                    "fc00::/7",
                    "fe80::/9", // of the link, and what was of the site
                    "ff00::/8")
            .map(IpRange::parse)
            .toList());

    private PublicAddresses() {}

    /** The lowest address that is not of the Internet, IPv4 before IPv6; null if there is none. */
    static @Nullable IpAddress firstOther(AddressSet addresses) {
        return addresses.firstIn(OTHERS);
    }
}

package dev.ipgate.cli;

import dev.ipgate.net.IpAddress;
import java.net.InetSocketAddress;

/** An address as a person would type it. */
final class Listening {

    private Listening() {}

    static String text(InetSocketAddress address) {
        if (address.getAddress().isAnyLocalAddress()) {
            return "port " + address.getPort();
        }
        return IpAddress.of(address.getAddress()).withPort(address.getPort());
    }
}

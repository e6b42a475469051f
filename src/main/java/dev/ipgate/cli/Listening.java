package dev.ipgate.cli;

import java.net.InetSocketAddress;

/** An address as a person would type it. */
final class Listening {

    private Listening() {}

    static String text(InetSocketAddress address) {
        if (address.getAddress().isAnyLocalAddress()) {
            return "port " + address.getPort();
        }
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}

package dev.ipgate.nginx;

import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whom a line of nginx's names, as ipgate writes it.
 *
 * @param text an address, a block, or {@code all}
 * @param kind what it is
 * @param note how nginx reads it, where that is not how it is written; empty for nothing
 */
record Address(String text, Kind kind, String note) {

    enum Kind {
        EVERYBODY,
        IPV4,
        IPV6,
        /** {@code ::ffff:a.b.c.d}, which nginx compares with IPv6 clients only, and ipgate with IPv4 ones. */
        MAPPED
    }

    /** Reads an address or block as nginx does (ngx_ptocidr); null if nginx would refuse it. */
    static @Nullable Address read(String written) {
        if (written.equals("all")) {
            return new Address(written, Kind.EVERYBODY, "");
        }
        int slash = written.indexOf('/');
        String host = slash < 0 ? written : written.substring(0, slash);
        String length = slash < 0 ? "" : written.substring(slash + 1);
        if (slash >= 0 && !length.matches("[0-9]{1,9}")) {
            return null;
        }
        String dotted = host.indexOf(':') >= 0 ? host : ipv4(host);
        IpAddress address = dotted == null ? null : IpAddress.parse(dotted, 0, dotted.length());
        if (dotted == null || address == null) {
            return null;
        }
        boolean ipv6 = host.indexOf(':') >= 0;
        if (slash >= 0 && Integer.parseInt(length) > (ipv6 ? 128 : 32)) {
            return null;
        }
        if (ipv6 && address.isIpv4()) {
            return new Address(written, Kind.MAPPED, "");
        }
        return of(written, dotted, slash < 0 ? -1 : Integer.parseInt(length), ipv6 ? Kind.IPV6 : Kind.IPV4);
    }

    private static Address of(String written, String address, int length, Kind kind) {
        String plain = length < 0 ? address : address + "/" + length;
        String masked = length < 0 ? plain : CidrBlock.parseMasking(plain).toString();
        boolean hostBits = length >= 0
                && !CidrBlock.parseMasking(address + "/" + (kind == Kind.IPV4 ? 32 : 128))
                        .first()
                        .equals(CidrBlock.parseMasking(plain).first());
        if (hostBits) {
            return new Address(masked, kind, "nginx: " + written + ", which it reads so, too");
        }
        boolean same = plain.equals(written);
        return new Address(
                plain, kind, same ? "" : "nginx: " + written + ", and reads it in decimal; others read 010 as 8");
    }

    /** Four decimal octets, of which nginx lets any be empty or have zeros in front (ngx_inet_addr). */
    private static @Nullable String ipv4(String text) {
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            return null;
        }
        StringBuilder dotted = new StringBuilder();
        for (String octet : octets) {
            String digits = octet.replaceFirst("^0+(?=.)", "");
            if (!digits.matches("[0-9]{0,3}") || (!digits.isEmpty() && Integer.parseInt(digits) > 255)) {
                return null;
            }
            dotted.append(dotted.isEmpty() ? "" : ".").append(digits.isEmpty() ? "0" : digits);
        }
        return dotted.toString();
    }

    boolean is(Kind other) {
        return kind == other;
    }
}

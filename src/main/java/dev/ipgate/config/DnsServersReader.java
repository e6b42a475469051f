package dev.ipgate.config;

import dev.ipgate.net.IpAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code resolver}: the DNS servers that are asked for the names of groups. */
final class DnsServersReader {

    private static final int DNS = 53;
    private static final Pattern FORM = Pattern.compile("(?<host>\\[[^\\]]*]|[^:\\[\\]]*)(?::(?<port>[^:]*))?");

    private DnsServersReader() {}

    /** The servers in the order of the file; empty for those of the system. */
    static List<InetSocketAddress> read(@Nullable Setting setting) {
        List<InetSocketAddress> servers = new ArrayList<>();
        if (setting != null && setting.isList() && setting.items().isEmpty()) {
            setting.error("names no server; leave the key out for those of the system");
        }
        for (Setting item : setting == null ? List.<Setting>of() : setting.oneOrMore()) {
            InetSocketAddress server = item.as(DnsServersReader::parse);
            if (server != null) {
                servers.add(server);
            }
        }
        return List.copyOf(servers);
    }

    private static InetSocketAddress parse(String text) {
        String quoted = "\"" + text + "\"";
        if (IpAddress.parse(text, 0, text.length()) != null && text.indexOf(':') >= 0) {
            throw new IllegalArgumentException(quoted + " has no brackets; did you mean \"[" + text + "]\"?");
        }
        Matcher matcher = FORM.matcher(text);
        String host = matcher.matches() ? matcher.group("host").replaceAll("[\\[\\]]", "") : "";
        IpAddress address = IpAddress.parse(host, 0, host.length());
        if (address == null || (text.startsWith("[") && address.isIpv4())) {
            throw new IllegalArgumentException(
                    quoted + " is no DNS server's address; write such as 192.0.2.53, 127.0.0.1:5353 or \"[::1]:53\"");
        }
        String port = matcher.group("port");
        return new InetSocketAddress(address.toInetAddress(), port == null ? DNS : Numbers.parse(port, 1, 65535));
    }
}

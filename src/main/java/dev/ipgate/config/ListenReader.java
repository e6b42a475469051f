package dev.ipgate.config;

import dev.ipgate.net.IpAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code listen}: a port, an address and a port, a table with one of them, or a list of any; no name is ever looked
 * up.
 */
final class ListenReader {

    private static final String FORMS = "write a port, or such as 127.0.0.1:8080 or \"[::1]:8080\"";

    private static final String PORT = "-?[0-9]+";

    private final Path conf;
    private final boolean trustsProxies;
    private final boolean namesHosts;
    private final TlsReader tls;
    private final Map<String, ListenSettings> byAddress = new HashMap<>();
    private final List<ListenSettings> listen = new ArrayList<>();
    private boolean loopback; // whether that is where a port alone is

    /**
     * Makes a reader.
     *
     * @param conf the conf file
     * @param trustsProxies whether there are proxies whose PROXY headers would be believed
     * @param namesHosts whether any site has names, which a redirect may lead to
     */
    ListenReader(Path conf, boolean trustsProxies, boolean namesHosts) {
        this.conf = conf;
        this.trustsProxies = trustsProxies;
        this.namesHosts = namesHosts;
        this.tls = new TlsReader(conf);
    }

    List<ListenSettings> read(@Nullable Setting setting) {
        if (setting == null) {
            return List.of();
        }
        if (setting.isList() && setting.items().isEmpty()) {
            setting.error("is empty; " + FORMS);
        }
        for (Setting item : setting.oneOrMore()) {
            if (item.isTable()) {
                readTable(item);
            } else {
                readText(item);
            }
        }
        return List.copyOf(listen);
    }

    /** The one address of the admin listener, of which a port alone is one of 127.0.0.1; null if it is wrong. */
    @Nullable
    ListenSettings readAdmin(Setting setting) {
        loopback = true;
        int before = listen.size();
        if (setting.isTable()) {
            readTable(setting);
        } else {
            readText(setting);
        }
        return listen.size() > before ? listen.remove(before) : null;
    }

    private void readTable(Setting setting) {
        Section section = setting.section(Keys.LISTEN);
        if (section == null) {
            return;
        }
        boolean proxyProtocol = proxyProtocol(section);
        boolean redirectToHttps = redirectToHttps(section);
        Setting tlsSetting = section.find("tls");
        TlsSettings tlsSettings = tlsSetting == null ? null : tls.read(tlsSetting);
        boolean http2 = section.flag("http2", tlsSetting != null); // in the clear, only who knows it speaks it
        Setting redirect = section.find("redirect_to_https");
        if (tlsSetting != null && redirectToHttps && redirect != null) {
            redirect.errorAtKey("is for plain HTTP, and this listener has tls: it would lead to itself for ever");
        }
        Setting challenges = section.find("acme_challenges");
        Path folder = challenges == null ? null : challenges.as(text -> ConfPath.resolve(conf, text));
        Setting address = section.find("address");
        if (address == null) {
            section.missing("address", "is missing; " + FORMS);
        } else {
            add(
                    address,
                    (text, socket) -> new ListenSettings(
                            text, socket, tlsSettings, http2, proxyProtocol, redirectToHttps, folder, address.at()));
        }
    }

    private boolean proxyProtocol(Section section) {
        boolean wanted = section.flag("proxy_protocol", false);
        Setting setting = section.find("proxy_protocol");
        if (wanted && setting != null && !trustsProxies) {
            setting.error("needs client_address.trusted_proxies: only who is named there may send a PROXY header");
        }
        return wanted;
    }

    private boolean redirectToHttps(Section section) {
        boolean wanted = section.flag("redirect_to_https", false);
        Setting setting = section.find("redirect_to_https");
        if (wanted && setting != null && !namesHosts) {
            setting.error(
                    "needs hosts, at the top or of a site: a redirect leads only to names that are written there");
        }
        return wanted;
    }

    private void readText(Setting setting) {
        add(
                setting,
                (text, address) -> new ListenSettings(text, address, null, false, false, false, null, setting.at()));
    }

    private void add(Setting setting, BiFunction<String, InetSocketAddress, ListenSettings> made) {
        String text = setting.text();
        if (text == null) {
            return;
        }
        try {
            InetSocketAddress address = parse(loopback && text.matches(PORT) ? "127.0.0.1:" + text : text);
            String host = (!loopback && text.indexOf(':') < 0) || text.startsWith("*:")
                    ? "*"
                    : String.valueOf(address.getAddress());
            ListenSettings one = made.apply(text, address);
            ListenSettings earlier =
                    address.getPort() == 0 ? null : byAddress.putIfAbsent(host + ":" + address.getPort(), one);
            if (earlier == null) {
                listen.add(one);
            } else {
                setting.error("\"" + text + "\" is listened on already, see line "
                        + earlier.at().line());
            }
        } catch (IllegalArgumentException e) {
            setting.error(String.valueOf(e.getMessage()));
        }
    }

    private static InetSocketAddress parse(String text) {
        if (text.matches(PORT)) {
            return new InetSocketAddress(Numbers.parse(text, 0, 65535));
        }
        if (text.startsWith("unix:") || text.startsWith("/")) {
            throw new IllegalArgumentException("\"" + text + "\" is no address; " + FORMS);
        }
        int colon = text.lastIndexOf(':');
        if (IpAddress.parse(text, 0, text.length()) != null) {
            throw new IllegalArgumentException(
                    colon < 0
                            ? "\"" + text + "\" has no port; did you mean " + text + ":8080?"
                            : "\"" + text + "\" has no brackets, so that no port can be told; did you mean "
                                    + bracketed(text, colon) + "?");
        }
        if (colon < 0 || text.endsWith("]")) {
            throw new IllegalArgumentException("\"" + text + "\" has no port; " + FORMS);
        }
        String host = text.substring(0, colon);
        int port = port(text, text.substring(colon + 1));
        return switch (host) {
            case "*" -> new InetSocketAddress(port);
            case "localhost" ->
                new InetSocketAddress(IpAddress.parse("127.0.0.1").toInetAddress(), port);
            default -> new InetSocketAddress(address(text, host, port).toInetAddress(), port);
        };
    }

    private static String bracketed(String text, int colon) {
        boolean hasPort = IpAddress.parse(text, 0, colon) != null
                && text.substring(colon + 1).matches("[1-9][0-9]{1,3}");
        return hasPort
                ? "\"[" + text.substring(0, colon) + "]:" + text.substring(colon + 1) + "\""
                : "\"[" + text + "]:8080\"";
    }

    private static int port(String text, String port) {
        try {
            return Numbers.parse(port, 0, 65535);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" has no port from 0 to 65535 after its last colon", e);
        }
    }

    private static IpAddress address(String text, String host, int port) {
        if (host.startsWith("[") && host.endsWith("]")) {
            return IpAddress.parse(host.substring(1, host.length() - 1));
        }
        if (host.indexOf(':') >= 0 && IpAddress.parse(host, 0, host.length()) != null) {
            throw new IllegalArgumentException("\"" + text + "\" has no brackets around its address; did you mean \"["
                    + host + "]:" + port + "\"?");
        }
        if (host.matches("[A-Za-z][A-Za-z0-9.-]*")) {
            throw new IllegalArgumentException(
                    "\"" + host + "\" is a name; write the address to listen on, or *:" + port + " for all");
        }
        return IpAddress.parse(host);
    }
}

package dev.ipgate.nginx;

import dev.ipgate.nginx.HeadersImport.Headers;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes of {@code proxy_pass}, and of what is said beside it, the app and how it is spoken to. */
final class UpstreamImport {

    /**
     * An app.
     *
     * @param node as the conf file has it
     * @param urls where it is
     * @param hostHeader the Host that it sees
     * @param replacesPath whether it sees other paths than the client asks for
     */
    record App(Node node, List<String> urls, String hostHeader, boolean replacesPath) {

        boolean same(App other) {
            return !replacesPath && node.flow().equals(other.node.flow()); // which path, each location says itself
        }

        /** Where it is, and nothing else. */
        Node place() {
            return urls.size() == 1 ? new Scalar(urls.get(0)) : Items.inline(urls);
        }
    }

    private static final Pattern URL = Pattern.compile("(?i)(https?)://([^/?#$]+)(/[^?#]*|[^?#/]*)");
    private static final String AUTHORITY =
            "(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,250}|\\[[0-9A-Fa-f:.]{2,45}\\])(?::[1-9][0-9]{0,4})?";
    private static final String PLAIN_PATH = "(?!.*(?://|/\\.\\.?(?:/|$)))/[A-Za-z0-9._~/-]*";
    private static final Duration DAY = Duration.ofDays(1);

    private final Map<String, Directive> blocks;
    private final HeadersImport headers;
    private final Path prefix;
    private final Findings findings;

    /** @param blocks nginx's {@code upstream} blocks by name */
    UpstreamImport(Map<String, Directive> blocks, Path prefix, Findings findings) {
        this.blocks = blocks;
        this.headers = new HeadersImport(findings);
        this.prefix = prefix;
        this.findings = findings;
    }

    /**
     * The app of a location.
     *
     * @param path the location's path, at whose end a part of the URL goes; empty where there is none to replace
     * @param replaced what a rewrite puts in its place; null for none
     * @param password whether one is asked for
     * @return null if ipgate cannot reach it, which is told
     */
    @Nullable
    App of(Scope scope, Directive pass, String path, @Nullable String replaced, boolean password) {
        String written = pass.argument(0);
        String url = new Constants(scope).in(written);
        boolean variables = written.indexOf('$') >= 0;
        Matcher matcher = URL.matcher(variables ? url.replaceFirst("\\$request_uri$", "") : url);
        if (!matcher.matches() || matcher.group(2).startsWith("unix:")) {
            String unix =
                    url.contains("unix:") ? "is a Unix socket, which ipgate cannot reach" : "depends on the request";
            findings.matters(pass, unix + ", so nobody may pass", "let the app listen on an address, and write it");
            return null;
        }
        String uri = matcher.group(3);
        if (variables && !uri.isEmpty()) {
            findings.matters(pass, "sends every request to one path, so nobody may pass", "write the URL alone");
            return null;
        }
        if (!uri.isEmpty() && !uri.matches(PLAIN_PATH)) {
            findings.matters(
                    pass, "has a path that ipgate cannot replace by, so nobody may pass", "write a plain path");
            return null;
        }
        String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
        List<String> urls = urls(pass, scheme, matcher.group(2));
        if (urls.isEmpty()) {
            return null;
        }
        String newPath = replaced != null ? replaced : uri.isEmpty() || uri.equals(path) ? "" : uri;
        String block = blocks.containsKey(matcher.group(2)) ? matcher.group(2) : "upstream";
        return app(scope, scheme.equals("https"), urls, block, newPath, password);
    }

    private List<String> urls(Directive pass, String scheme, String authority) {
        Directive block = blocks.get(authority);
        if (block == null) {
            if (!isAuthority(authority)) {
                findings.matters(pass, "leads to what is no host, so nobody may pass", "write the app's address");
                return List.of();
            }
            return List.of(scheme + "://" + authority);
        }
        Set<String> urls = new LinkedHashSet<>();
        for (Directive line : Scope.flat(block.children())) {
            if (!line.name().equals("server")) {
                reviewBlock(line);
                continue;
            }
            List<String> words = line.arguments();
            String server = line.argument(0);
            if (words.contains("down")) {
                findings.harmless(line, "is down");
            } else if (words.contains("backup")) {
                findings.matters(
                        line,
                        "is asked when all others fail, which ipgate cannot",
                        "add it to urls if it may be asked always");
            } else if (!isAuthority(server)) {
                findings.matters(line, "is no address that ipgate can reach", "let the app listen on an address");
            } else {
                urls.add(scheme + "://"
                        + (server.matches(".*:[0-9]+") || scheme.equals("http") ? server : server + ":80"));
                if (words.stream().anyMatch(word -> word.startsWith("weight="))) {
                    findings.harmless(
                            line, "has a weight; with ipgate whoever has the fewest requests in hand gets the next");
                }
            }
        }
        if (urls.isEmpty()) {
            findings.matters(
                    block, "has no server that ipgate can reach, so nobody may pass", "write the app's address");
        }
        return List.copyOf(urls);
    }

    private static boolean isAuthority(String text) {
        int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':');
        boolean port = colon < 0
                || !text.substring(colon + 1).matches("[0-9]{1,5}")
                || Integer.parseInt(text.substring(colon + 1)) <= 65535;
        boolean digits = text.matches("[0-9.]+(:.*)?");
        String host = colon < 0 ? text : text.substring(0, colon);
        return text.matches(AUTHORITY)
                && port
                && (!digits || Address.read(host) != null)
                && !host.contains("..")
                && !host.endsWith(".");
    }

    private void reviewBlock(Directive line) {
        if (line.name().matches("ip_hash|hash|sticky.*")) {
            findings.matters(
                    line,
                    "keeps a client at one server, and ipgate spreads requests over all",
                    "keep sessions where all copies of the app find them");
        } else {
            findings.harmless(line, "is about how nginx shares out requests; ipgate asks who has the fewest in hand");
        }
    }

    /** @param proxyHost the Host that nginx sends by itself: the name of an upstream block, or the app's own */
    private App app(Scope scope, boolean tls, List<String> urls, String proxyHost, String newPath, boolean password) {
        Headers said = headers.of(scope, password);
        String host = said.host().equals("upstream") ? proxyHost : said.host();
        Table table = new Table(true);
        if (urls.size() == 1) {
            table.put("url", urls.get(0));
        } else {
            table.put("urls", Items.inline(urls));
        }
        if (!newPath.isEmpty()) {
            table.put("replace_path", newPath);
        }
        if (!host.equals("client")) {
            table.put("host_header", host);
        }
        if (!said.others().isEmpty()) {
            Table others = new Table(true);
            said.others().forEach(others::put);
            table.put("headers", others);
        }
        if (said.authorization().equals("strip")) {
            table.put("authorization", "strip");
        }
        time(scope, "proxy_connect_timeout", "connect_timeout", Duration.ofSeconds(5), table);
        time(scope, "proxy_read_timeout", "response_timeout", Duration.ofMinutes(5), table);
        if (scope.isOn("proxy_request_buffering")) {
            table.put("request_buffering", "all");
        }
        if (tls) {
            tls(scope, table);
        }
        boolean bare = table.entries().size() == 1;
        Node where = urls.size() == 1 ? new Scalar(urls.get(0)) : Items.inline(urls);
        return new App(bare ? where : table, urls, host, !newPath.isEmpty());
    }

    private void time(Scope scope, String name, String key, Duration usual, Table table) {
        Directive directive = scope.find(name);
        Duration time = directive == null ? null : Units.time(directive.argument(0));
        if (directive == null || time == null || time.isZero()) {
            return;
        }
        if (time.compareTo(DAY) > 0) {
            findings.harmless(directive, "is longer than ipgate waits at most, a day");
            time = DAY;
        }
        if (!time.equals(usual)) {
            table.put(key, Units.text(time));
        }
    }

    private void tls(Scope scope, Table table) {
        Directive ca = scope.find("proxy_ssl_trusted_certificate");
        if (!scope.isOn("proxy_ssl_verify")) {
            table.put("tls", new Table(true).put("verify", "false"));
        } else if (ca != null) {
            table.put(
                    "tls",
                    new Table(true)
                            .put("ca_file", prefix.resolve(ca.argument(0)).toString()));
        }
    }
}

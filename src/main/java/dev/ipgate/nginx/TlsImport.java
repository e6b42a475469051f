package dev.ipgate.nginx;

import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes of {@code ssl_certificate}, and what belongs to it, the {@code tls} of the listeners. */
final class TlsImport {

    private static final Pattern MAX_AGE = Pattern.compile("(?i)\\bmax-age=\"?([0-9]{1,9})");
    private static final long LONGEST_HSTS = 730; // days

    private final Path prefix;
    private final Conditions conditions;
    private final Findings findings;

    TlsImport(Path prefix, Conditions conditions, Findings findings) {
        this.prefix = prefix;
        this.conditions = conditions;
        this.findings = findings;
    }

    /** The certificates of all servers, the first one in front; null if there is none. */
    @Nullable
    Node node(List<ServerImport> servers, @Nullable ServerImport first) {
        Map<String, Table> pairs = new LinkedHashMap<>();
        if (first != null) {
            addPairs(first.scope(), pairs);
        }
        servers.forEach(server -> addPairs(server.scope(), pairs));
        if (pairs.isEmpty()) {
            return null;
        }
        String clients = clientAuthority(servers);
        String hsts = hsts(servers);
        List<Item> items = pairs.values().stream()
                .map(pair -> new Item(pair, List.of(), ""))
                .toList();
        if (pairs.size() > 1 && clients.isEmpty() && hsts.isEmpty()) {
            return new Items(items, false);
        }
        Table table = new Table(true);
        if (pairs.size() > 1) {
            table.put("certificates", new Items(items, false));
        } else {
            pairs.values().iterator().next().entries().forEach(entry -> table.put(entry.key(), entry.value()));
        }
        if (!clients.isEmpty()) {
            table.put("client_ca_file", clients).put("verify", "required");
        }
        if (!hsts.isEmpty()) {
            table.put("hsts", hsts);
        }
        return table.tidy();
    }

    private void addPairs(Scope server, Map<String, Table> pairs) {
        List<Directive> certificates = server.findAll("ssl_certificate");
        List<Directive> keys = server.findAll("ssl_certificate_key");
        Directive passphrase = server.find("ssl_password_file");
        for (int i = 0; i < Math.min(certificates.size(), keys.size()); i++) {
            String certificate = certificates.get(i).argument(0);
            String key = keys.get(i).argument(0);
            if ((certificate + key).indexOf('$') >= 0 || (certificate + key).matches(".*(data|engine|store):.*")) {
                findings.matters(
                        certificates.get(i), "is no file, so it is left out", "write the certificate into a file");
                continue;
            }
            Table pair = new Table(true).put("certificate", file(certificate)).put("private_key", file(key));
            if (passphrase != null) {
                pair.put("passphrase_file", file(passphrase.argument(0)));
            }
            pairs.putIfAbsent(certificate + "\0" + key, pair);
        }
    }

    private String file(String name) {
        return prefix.resolve(name).toString();
    }

    /** The authority whose clients alone may come, where a server asks for certificates: then all servers do. */
    private String clientAuthority(List<ServerImport> servers) {
        String file = "";
        for (ServerImport server : servers) {
            Scope scope = server.scope();
            Directive verify = scope.find("ssl_verify_client");
            Directive authority = scope.find("ssl_client_certificate");
            boolean required = asksForCertificate(scope);
            if (verify == null || authority == null || !required) {
                if (verify != null && !verify.argument(0).equals("off")) {
                    findings.harmless(verify, "asks for certificates that nobody needs; ipgate asks for none");
                }
                continue;
            }
            String own = file(authority.argument(0));
            file = file.isEmpty() ? own : file;
            if (servers.size() > 1) {
                findings.matters(
                        verify,
                        "is asked of all servers' clients, as ipgate asks it of a listener's",
                        "see whether all have one");
            }
        }
        return file;
    }

    /** Why nobody may pass in a server: its clients' certificates are of another authority than an earlier server's. */
    String unlike(ServerImport server, List<ServerImport> servers) {
        Directive authority = server.scope().find("ssl_client_certificate");
        if (authority == null || !asksForCertificate(server.scope())) {
            return "";
        }
        for (ServerImport other : servers) {
            if (asksForCertificate(other.scope())) {
                if (other.scope().value("ssl_client_certificate", "").equals(authority.argument(0))) {
                    return "";
                }
                findings.matters(
                        authority,
                        "is another authority than an earlier server's, and ipgate has one for a listener, so nobody may pass"
                                + " in this server",
                        "have one file for all");
                return "its clients' certificates are of another authority";
            }
        }
        return "";
    }

    /** Whether a server lets nobody in without a certificate. */
    boolean asksForCertificate(Scope server) {
        String verify = server.value("ssl_verify_client", "off");
        return verify.equals("on") || (verify.equals("optional") && conditions.of(server).certificate);
    }

    private static String hsts(List<ServerImport> servers) {
        long longest = 0;
        for (ServerImport server : servers) {
            for (Directive header : server.scope().findAll("add_header")) {
                Matcher age = MAX_AGE.matcher(header.argument(1));
                if (header.argument(0).equalsIgnoreCase("Strict-Transport-Security") && age.find()) {
                    longest = Math.max(longest, Long.parseLong(age.group(1)));
                }
            }
        }
        Duration time = Duration.ofSeconds(longest);
        return longest == 0 ? "" : time.toDays() >= LONGEST_HSTS ? LONGEST_HSTS + "d" : Units.text(time);
    }
}

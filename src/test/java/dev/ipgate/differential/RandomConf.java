package dev.ipgate.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A small conf of everything that decides who gets in, drawn at random: rules at each level, satisfy and passwords, trusted
 * proxies, locations in locations. The same seed makes the same one, and the same questions about it.
 */
final class RandomConf {

    private static final List<String> WHOM = List.of(
            "127.0.0.2",
            "127.0.0.3",
            "127.0.0.0/29",
            "127.0.0.4/30",
            "127.0.0.6/30",
            "10.1.0.1",
            "10.1.0.0/16",
            "10.1.0.0/31",
            "10.0.0.0/8",
            "2001:db8::/32",
            "2001:db8::1",
            "::1",
            "0.0.0.0/0",
            "::/0",
            "all");
    private static final List<String> SOURCES =
            List.of("127.0.0.2", "127.0.0.3", "127.0.0.5", "127.0.0.7", "127.0.0.8", "127.0.0.9", "::1");
    private static final List<String> PROXIES =
            List.of("127.0.0.8", "127.0.0.9", "127.0.0.8/31", "192.168.0.0/16", "2001:db8:a::/48", "::1");
    private static final List<String> HOPS = List.of(
            "10.1.0.1",
            "10.1.0.2",
            "10.2.0.1",
            "192.168.1.1",
            "192.168.2.2",
            "127.0.0.2",
            "127.0.0.9",
            "2001:db8::1",
            "2001:db8:a::1",
            "::ffff:10.1.0.1",
            "10.1.0.1:4711",
            "[2001:db8::1]:80");
    private static final List<String> NO_HOPS = List.of("unknown", "10.1.0", "");
    private static final List<String> SEGMENTS = List.of("a", "b", "ab", "a/", "b/", "ab/");
    private static final List<String> EXPRESSIONS = List.of("a$", "^/a", "^/b/", "/ab", "\\.txt$", "b/a", "^/[ab]/b");
    private static final int DEEPEST = 3;
    private static final int QUESTIONS = 20;

    private final Random random;
    private final boolean trusts;
    private final StringBuilder text = new StringBuilder();
    private final List<Question> questions = new ArrayList<>();

    RandomConf(long seed) {
        random = new Random(seed);
        line(0, "proxy_set_header Host $http_host;"); // else a Host that is in no server_name is a known difference
        trusts = chance(60);
        if (trusts) {
            trustedProxies();
        }
        if (chance(30)) {
            access(0);
        }
        for (String name : chance(40) ? List.of("a.example", "b.example") : List.of("a.example")) {
            server(name);
        }
        for (int i = 0; i < QUESTIONS; i++) {
            questions.add(question("question " + i + " of seed " + seed));
        }
    }

    String text() {
        return text.toString();
    }

    List<Question> questions() {
        return questions;
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void line(int depth, String line) {
        text.append("    ".repeat(depth)).append(line).append('\n');
    }

    /** Not all of IPv6 where a proxy may name somebody by an IPv4-mapped address: a known difference. */
    private String whom() {
        String whom = oneOf(WHOM);
        return trusts && whom.equals("::/0") ? "all" : whom;
    }

    private void trustedProxies() {
        for (int i = random.nextInt(3); i >= 0; i--) {
            line(0, "set_real_ip_from " + oneOf(PROXIES) + ";");
        }
        if (chance(80)) {
            line(0, "real_ip_header X-Forwarded-For;");
        }
        if (chance(60)) {
            line(0, "real_ip_recursive " + (chance(80) ? "on" : "off") + ";");
        }
    }

    /** Rules, passwords and satisfy of one level: none of them, some, all. */
    private void access(int depth) {
        if (chance(60)) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                line(depth, (chance(60) ? "allow " : "deny ") + whom() + ";");
            }
            if (chance(50)) {
                line(depth, "deny all;");
            }
        }
        if (chance(25)) {
            line(depth, "satisfy " + (chance(70) ? "any" : "all") + ";");
        }
        if (chance(25)) {
            line(depth, chance(30) ? "auth_basic off;" : "auth_basic \"staff\";");
            line(depth, "auth_basic_user_file " + (chance(80) ? "htpasswd" : "htpasswd-bea") + ";");
        }
    }

    private void server(String name) {
        line(0, "server {");
        line(1, "listen 127.0.0.1:@PORT@;");
        line(1, "listen [::1]:@PORT@;");
        line(1, "server_name " + name + ";");
        access(1);
        locations(1, "/", false, () -> true);
        line(0, "}");
    }

    /**
     * Locations of one level.
     *
     * @param prefix what the paths of those begin with that are compared from the front
     * @param root whether one for all paths is among them, so that there always is an app
     */
    private void locations(int depth, String prefix, boolean regexOnly, BooleanSupplier root) {
        Set<String> taken = new HashSet<>();
        if (root.getAsBoolean()) {
            taken.add("/");
            location(depth, "/", "/", true);
        }
        for (int i = random.nextInt(depth == 1 ? 4 : 3); i > 0; i--) {
            int kind = regexOnly ? 80 + random.nextInt(20) : random.nextInt(100);
            String path = prefix + oneOf(SEGMENTS);
            if (kind < 15 && taken.add("= " + path)) {
                location(depth, "= " + path, path, true);
            } else if (kind < 30 && taken.add(path)) {
                location(depth, "^~ " + path, path, false);
            } else if (kind < 75 && taken.add(path)) {
                location(depth, path, path, false);
            } else if (kind >= 75) {
                location(depth, (chance(30) ? "~* " : "~ ") + oneOf(EXPRESSIONS), "", false);
            }
        }
    }

    private void location(int depth, String match, String prefix, boolean leaf) {
        line(depth, "location " + match + " {");
        if (chance(50)) {
            access(depth + 1);
        }
        if (chance(10)) {
            line(depth + 1, "limit_except " + (chance(50) ? "GET" : "GET POST") + " {");
            line(depth + 2, (chance(50) ? "allow " : "deny ") + whom() + ";");
            line(depth + 2, chance(70) ? "deny all;" : "allow 127.0.0.3;");
            line(depth + 1, "}");
        }
        line(depth + 1, "proxy_pass http://@APP" + oneOf(List.of("", "2", "3")) + "@;");
        if (!leaf && depth < DEEPEST && chance(40)) {
            locations(depth + 1, prefix, prefix.isEmpty(), () -> false);
        }
        line(depth, "}");
    }

    private Question question(String at) {
        Map<String, String> options = new HashMap<>();
        options.put("host", oneOf(List.of("a.example", "a.example", "b.example", "c.example")));
        if (chance(30)) {
            options.put("user", oneOf(List.of("ana:secret", "ana:secret", "bea:secret", "ana:wrong")));
        }
        String method = oneOf(List.of("GET", "GET", "GET", "GET", "POST", "PUT"));
        if (!method.equals("GET")) {
            options.put("body", "1");
        }
        List<String> headers = new ArrayList<>();
        if (chance(10)) {
            headers.add("X-Real-IP: " + oneOf(HOPS));
        } else if (chance(60)) {
            List<String> hops = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                hops.add(oneOf(chance(80) ? HOPS : NO_HOPS));
            }
            String chain = String.join(chance(80) ? ", " : ",", hops);
            headers.add("X-Forwarded-For: " + chain.replaceFirst("^,+(?! )", "")); // nginx trips over those in front
        }
        return new Question(at, oneOf(SOURCES), method, path(), options, headers, Map.of(), null);
    }

    private String path() {
        StringBuilder path = new StringBuilder("/");
        for (int i = random.nextInt(4); i > 0; i--) {
            path.append(oneOf(SEGMENTS));
        }
        if (chance(15)) {
            path.append(oneOf(List.of("x.txt", "A", "../a", "./b", "/a", "%61", "%62/", "?a=/b/")));
        }
        return path.toString();
    }
}

package dev.ipgate.nginx;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server of nginx's: where it listens, its names, and what kind of thing it does. */
final class ServerImport {

    /** What a server does. */
    enum Kind {
        /** It has an app behind it. */
        APP,
        /** It sends everybody on to https at the same name. */
        REDIRECT,
        /** It refuses everybody. */
        REFUSES,
        /** It serves files, or says something else of its own. */
        OTHER
    }

    private static final String NAME =
            "(?i)(?=.{1,253}$)(?:\\*?\\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*(?:\\.\\*)?";
    private static final String TO_HTTPS =
            "(?i)https://(\\$host|\\$http_host|\\$server_name|[a-z0-9.-]+)(?:\\$request_uri|\\$1|/\\$1|\\$uri\\$is_args\\$args)\\??";

    private static final Pattern NAMED_TARGET = Pattern.compile("(?i)https://([a-z0-9.-]+)");

    private final Scope scope;
    private final List<Listen> listens;
    private final List<String> names;
    private final Kind kind;
    private final @Nullable String challenges;
    private final boolean sendsPlainOn;

    ServerImport(Scope scope, Findings findings) {
        this.scope = scope;
        this.listens = Listen.of(scope, findings);
        this.names = names(scope, findings);
        this.challenges = challenges(scope, findings);
        this.kind = whatItDoes();
        this.sendsPlainOn = kind == Kind.APP && settlesSchemeRedirect(findings);
    }

    Scope scope() {
        return scope;
    }

    List<Listen> listens() {
        return listens;
    }

    /** Its names as ipgate writes them; none for {@code _} and such, which no client asks for. */
    List<String> names() {
        return names;
    }

    Kind kind() {
        return kind;
    }

    /** The folder of an ACME client's challenges; null for none. */
    @Nullable
    String challenges() {
        return challenges;
    }

    /** Whether an app's server sends on to https who comes without. */
    boolean sendsPlainOn() {
        return sendsPlainOn;
    }

    private static List<String> names(Scope scope, Findings findings) {
        Set<String> names = new LinkedHashSet<>();
        for (Directive directive : scope.here("server_name")) {
            for (String name : directive.arguments()) {
                if (name.startsWith("~") && name.length() > 1) {
                    if (new LocationName(LocationName.Kind.REGEX, name.substring(1)).isUnderstood()) {
                        names.add(name);
                    } else {
                        findings.matters(
                                directive,
                                "has what is no regular expression of RE2, and is left out",
                                "write it in another way");
                    }
                } else if (name.matches(NAME) && !name.equals("_") && !(name.startsWith("*") && name.endsWith("*"))) {
                    names.add(name.toLowerCase(Locale.ROOT));
                } else if (!name.isEmpty() && !name.matches("[_*!@-]+|\"\"")) {
                    findings.matters(
                            directive, "has \"" + name + "\", which is no name for ipgate", "write the name itself");
                }
            }
        }
        return List.copyOf(names);
    }

    private Kind whatItDoes() {
        if (isRedirect() && staysAtItsNames(scope.directives())) {
            return Kind.REDIRECT;
        }
        Directive back = scope.lastHere("return");
        if (back != null) {
            return back.argument(0).matches("4[0-9][0-9]") ? Kind.REFUSES : Kind.OTHER;
        }
        if (hasApp(scope.directives())) {
            return Kind.APP;
        }
        boolean handshake =
                scope.isOn("ssl_reject_handshake") && scope.here("location").isEmpty();
        return handshake || refusesAll() ? Kind.REFUSES : Kind.OTHER;
    }

    private boolean refusesAll() {
        List<Directive> locations = scope.here("location");
        return !locations.isEmpty()
                && locations.stream()
                        .allMatch(location -> Scope.flat(location.children()).stream()
                                .anyMatch(line -> line.name().equals("return")
                                        && line.argument(0).matches("4[0-9][0-9]")));
    }

    private static boolean hasApp(List<Directive> directives) {
        return directives.stream()
                .anyMatch(line -> line.name().equals("proxy_pass")
                        || (line.name().matches("location|limit_except") && hasApp(Scope.flat(line.children()))));
    }

    /** Whether it has nothing but redirects to https at the same path, and challenges. */
    private boolean isRedirect() {
        boolean redirects = false;
        for (Directive line : scope.directives()) {
            switch (line.name()) {
                case "return", "rewrite" -> {
                    boolean to = isToHttps(line);
                    redirects |= to;
                    if (!to
                            && !(line.name().equals("return")
                                    && line.argument(0).matches("4[0-9][0-9]"))) {
                        return false;
                    }
                }
                case "if" -> {
                    List<Directive> body = Scope.flat(line.children());
                    if (body.size() != 1 || !isToHttps(body.get(0))) {
                        return false;
                    }
                    redirects = true;
                }
                case "location" -> {
                    LocationName name = LocationName.of(line);
                    boolean answers = Scope.flat(line.children()).stream().anyMatch(ServerImport::isToHttps);
                    if (!answers && !LocationsImport.isChallenges(name)) {
                        return false;
                    }
                    redirects |= answers;
                }
                default -> {}
            }
        }
        return redirects;
    }

    /** Whether its redirects lead to names of its own: ipgate's keep the name that was asked for. */
    private boolean staysAtItsNames(List<Directive> directives) {
        return directives.stream().allMatch(line -> {
            Matcher target = NAMED_TARGET.matcher(line.argument(1));
            boolean elsewhere = line.name().matches("return|rewrite")
                    && target.lookingAt()
                    && !names.isEmpty()
                    && !names.contains(target.group(1).toLowerCase(Locale.ROOT));
            boolean holdsMore = line.name().matches("location|if");
            return !elsewhere && (!holdsMore || staysAtItsNames(Scope.flat(line.children())));
        });
    }

    /** Whether a line sends on to https, with the path as it came. */
    static boolean isToHttps(Directive line) {
        boolean back = line.name().equals("return") && line.argument(0).matches("30[1278]");
        boolean rewrite = line.name().equals("rewrite")
                && line.argument(0).matches("\\^|\\^/\\?\\(\\.\\*\\)\\$?|\\^\\(\\.\\*\\)\\$?|\\(\\.\\*\\)|\\.\\*")
                && line.argument(2).matches("permanent|redirect|");
        return (back || rewrite) && line.argument(1).matches(TO_HTTPS);
    }

    private boolean settlesSchemeRedirect(Findings findings) {
        boolean settles = false;
        for (Directive condition : scope.here("if")) {
            List<Directive> body = Scope.flat(condition.children());
            String words = String.join(" ", Conditions.words(condition));
            if (words.matches("\\$scheme (!= https|= http)|\\$https (= off|= |!= on)|\\$server_port (= 80|!= 443)")
                    && body.size() == 1
                    && isToHttps(body.get(0))) {
                findings.settled(condition);
                settles = true;
            }
        }
        return settles;
    }

    private static @Nullable String challenges(Scope scope, Findings findings) {
        for (Directive location : scope.here("location")) {
            LocationName name = LocationName.of(location);
            Scope own = new Scope(scope, location);
            Directive root = own.find("root");
            Directive alias = own.lastHere("alias");
            boolean open = own.nearest("allow", "deny") == null
                    && own.value("auth_basic", "off").equals("off");
            List<Directive> rules = own.findAll("allow");
            open |= rules.size() == 1 && rules.get(0).argument(0).equals("all") && !own.has("deny");
            if (!LocationsImport.isChallenges(name) || own.has("proxy_pass") || own.has("return")) {
                continue;
            }
            String folder = alias == null ? (root == null ? null : root.argument(0)) : folder(alias.argument(0));
            if (folder != null && open && folder.indexOf('$') < 0) {
                findings.settled(location);
                return folder;
            }
        }
        return null;
    }

    /** The folder that has an alias's folder at the place where ipgate looks for challenges; null if there is none. */
    private static @Nullable String folder(String alias) {
        String tail = "/.well-known/acme-challenge";
        String plain = alias.replaceFirst("/+$", "");
        return plain.endsWith(tail) ? plain.substring(0, plain.length() - tail.length()) : null;
    }
}

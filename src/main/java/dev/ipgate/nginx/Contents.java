package dev.ipgate.nginx;

import dev.ipgate.nginx.LocationName.Kind;
import dev.ipgate.nginx.UpstreamImport.App;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what answers at a place: an app, or nginx itself, which ipgate does not do. */
final class Contents {

    /**
     * What answers.
     *
     * @param app null for nginx itself: then nobody may pass
     * @param instead what nginx does there; empty where an app answers
     */
    record Content(@Nullable App app, String instead) {}

    /** {@code ^/prefix/(.*)}, which takes a prefix away. */
    private static final Pattern STRIPPED = Pattern.compile("\\^(/(?:[A-Za-z0-9_/-]*/)?)\\(\\.\\*\\)\\$?");

    private final UpstreamImport upstreams;
    private final Findings findings;

    Contents(UpstreamImport upstreams, Findings findings) {
        this.upstreams = upstreams;
        this.findings = findings;
    }

    /**
     * What answers at a location.
     *
     * @param siblings the server's named locations
     * @param doors who may pass there
     */
    Content of(Scope location, LocationName name, List<Scope> siblings, Doors doors, DoorsOf doorsOf) {
        Directive back = location.lastHere("return");
        if (back != null) {
            return returned(back);
        }
        Directive internal = location.lastHere("internal");
        if (internal != null) {
            findings.harmless(internal, "is for nginx itself; from outside nobody gets there, here neither");
            return new Content(null, "internal in nginx");
        }
        Directive pass = location.lastHere("proxy_pass");
        Directive tries = location.lastHere("try_files");
        if (pass == null && tries != null) {
            return tried(tries, siblings, doors, doorsOf);
        }
        if (pass == null) {
            return own(location);
        }
        if (tries != null) {
            findings.matters(tries, "changes the path by what files there are, so nobody may pass", "take it out");
            return new Content(null, "try_files in nginx");
        }
        Rewritten rewritten = rewritten(location, name);
        if (!rewritten.understood()) {
            return new Content(null, "a rewrite in nginx that ipgate cannot do");
        }
        String path = name.isRegex() || name.kind() == Kind.NAMED ? "" : name.path();
        App app = upstreams.of(location, pass, path, rewritten.path(), doors.password() != null);
        return new Content(app, app == null ? "nothing that ipgate can reach" : "");
    }

    /** Asks who may pass at a place. */
    interface DoorsOf {
        Doors of(Scope place);
    }

    private Content returned(Directive back) {
        String code = back.arguments().size() == 1 && !back.argument(0).matches("[0-9]{3}") ? "302" : back.argument(0);
        if (code.matches("4[0-9][0-9]")) {
            findings.harmless(back, "refuses everybody; here with 403");
        } else {
            findings.matters(
                    back,
                    "is nginx's own answer, which ipgate does not give, so nobody may pass",
                    "have the app give it");
        }
        return new Content(null, "nginx answers " + code + " to everybody, whatever the rules say");
    }

    private Content own(Scope location) {
        Directive files = location.lastHere("alias") == null ? location.find("root") : location.lastHere("alias");
        boolean handler = location.directives().stream()
                .anyMatch(line -> Vocabulary.of(line).why().startsWith("answers without"));
        if (!handler && files != null) {
            findings.matters(
                    location.own(),
                    "is answered by nginx from " + files.argument(0) + "; ipgate serves no files, so nobody may pass",
                    "serve them by the app");
        } else if (!handler) {
            findings.harmless(location.own(), "leads to no app; nobody may pass");
        }
        return new Content(null, "no app answers here in nginx");
    }

    private Content tried(Directive tries, List<Scope> siblings, Doors doors, DoorsOf doorsOf) {
        String last = tries.argument(tries.arguments().size() - 1);
        Scope named = siblings.stream()
                .filter(sibling ->
                        last.startsWith("@") && sibling.own().argument(0).equals(last))
                .findFirst()
                .orElse(null);
        Directive pass = named == null ? null : named.lastHere("proxy_pass");
        if (named != null
                && pass != null
                && !named.has("rewrite")
                && doorsOf.of(named).same(doors)) {
            findings.matters(
                    tries,
                    "serves files first; ipgate serves none, so the app gets every request",
                    "serve them by the app");
            App app = upstreams.of(named, pass, "", null, doors.password() != null);
            return new Content(app, app == null ? "nothing that ipgate can reach" : "");
        }
        findings.matters(tries, "serves files, and ipgate serves none, so nobody may pass", "serve them by the app");
        return new Content(null, "files of nginx's own");
    }

    /** The path that a rewrite gives, if it takes the location's path away; null where there is no rewrite. */
    private record Rewritten(@Nullable String path, boolean understood) {}

    private Rewritten rewritten(Scope location, LocationName name) {
        List<Directive> rewrites = location.here("rewrite");
        if (rewrites.isEmpty()) {
            return new Rewritten(null, true);
        }
        Directive rewrite = rewrites.get(0);
        Matcher matcher = STRIPPED.matcher(rewrite.argument(0));
        boolean strips = rewrites.size() == 1
                && name.isPrefix()
                && matcher.matches()
                && (name.path() + "/").startsWith(matcher.group(1))
                && rewrite.argument(1).equals("/$1")
                && rewrite.argument(2).equals("break");
        if (!strips) {
            rewrites.forEach(line -> findings.matters(
                    line, "changes the path in a way that ipgate cannot, so nobody may pass", "have the app do it"));
            return new Rewritten(null, false);
        }
        String rest = (name.path() + "/").substring(matcher.group(1).length());
        return new Rewritten("/" + rest.replaceFirst("/$", ""), true);
    }
}

package dev.ipgate.nginx;

import dev.ipgate.nginx.Vocabulary.Entry;
import dev.ipgate.nginx.Vocabulary.Fate;
import java.util.IdentityHashMap;
import java.util.Set;

/** Looks at every directive of a level: tells of what is left out, and whether that may keep somebody out. */
final class Review {

    private final IdentityHashMap<Directive, Boolean> known = new IdentityHashMap<>();
    private final Findings findings;

    Review(Findings findings) {
        this.findings = findings;
    }

    /** Whether something that is left out here, or on a level around, may keep somebody out. */
    boolean keepsOut(Scope scope) {
        boolean keeps = false;
        for (Scope level = scope; level != null; level = level.parent()) {
            Scope one = level;
            keeps |= known.computeIfAbsent(level.own(), unseen -> read(one));
        }
        return keeps;
    }

    private boolean read(Scope level) {
        boolean keeps = false;
        for (Directive directive : level.directives()) {
            keeps |= of(directive) == Fate.KEEPS_OUT;
        }
        return keeps;
    }

    /** What becomes of a directive; what is left out is told. */
    Fate of(Directive directive) {
        Entry entry = Vocabulary.of(directive);
        switch (entry.fate()) {
            case HARMLESS -> findings.harmless(directive, entry.why());
            case MATTERS, KEEPS_OUT -> {
                if (!directive
                        .toString()
                        .matches("proxy_redirect (off|default)|proxy_intercept_errors off|merge_slashes on")) {
                    findings.matters(directive, entry.why(), entry.todo());
                } else {
                    findings.harmless(directive, "is how ipgate does it, too");
                }
            }
            case CARRIED -> carried(directive);
        }
        return entry.fate();
    }

    /** Those of which something is made elsewhere, but not always. */
    private void carried(Directive directive) {
        switch (directive.name()) {
            case "add_header" -> {
                if (!directive.argument(0).equalsIgnoreCase("Strict-Transport-Security")) {
                    findings.matters(
                            directive, "adds a header to answers, and ipgate adds none", "have the app send it");
                }
            }
            case "error_page" -> errorPage(directive);
            case "set" -> findings.harmless(directive, "sets a variable, whose text is written where it is used");
            case "ssl_protocols" -> protocols(directive);
            case "root", "alias" -> findings.harmless(directive, "is where files are, and ipgate serves none");
            default -> {}
        }
    }

    private void errorPage(Directive directive) {
        boolean refusals = directive.arguments().stream().anyMatch(word -> word.matches("401|403"));
        String last = directive.argument(directive.arguments().size() - 1);
        boolean elsewhere =
                last.startsWith("@") || directive.arguments().stream().anyMatch(word -> word.startsWith("="));
        if (refusals && elsewhere) {
            findings.matters(
                    directive,
                    "gives those who are refused something else; ipgate refuses them",
                    "make that place open to all");
        } else {
            findings.harmless(directive, "is a page of nginx's own; ipgate has its own pages");
        }
    }

    private void protocols(Directive directive) {
        if (!directive.arguments().contains("TLSv1.2") && directive.arguments().contains("TLSv1.3")) {
            findings.matters(directive, "refuses TLS 1.2, which ipgate speaks, too", "see whether it must");
        } else if (!Set.of("TLSv1.2", "TLSv1.3").containsAll(directive.arguments())) {
            findings.harmless(directive, "has versions that ipgate does not speak; it speaks TLS 1.2 and 1.3");
        }
    }
}

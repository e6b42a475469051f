package dev.ipgate.config;

import dev.ipgate.policy.Access;
import dev.ipgate.policy.Action;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code rules}: an ordered list of allow and deny. */
final class RulesReader {

    private static final String LIST_FORM = "; write a list of rules, each on its line: - allow: 203.0.113.7";
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110 section 5.6.2
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE");

    private final WhomReader whom;

    RulesReader(WhomReader whom) {
        this.whom = whom;
    }

    List<RuleSettings> read(Setting setting) {
        List<RuleSettings> rules = new ArrayList<>();
        if (!setting.isPresent()) {
            setting.error("has no rules, so nobody could pass" + LIST_FORM);
        } else if (!setting.isList()) {
            String form = setting.isTable() ? "; put a dash before each rule: - allow: 203.0.113.7" : LIST_FORM;
            String nginx = setting.peek() == null ? null : NginxLine.suggestion(setting.peek());
            setting.error(nginx != null ? nginx : "must be a list" + form);
        } else if (setting.items().isEmpty()) {
            setting.error("has no rules, so nobody could pass; to deny everybody, write - deny: all");
        } else {
            for (Setting item : setting.items()) {
                RuleSettings rule = rule(item);
                if (rule != null) {
                    rules.add(rule);
                }
            }
        }
        return List.copyOf(rules);
    }

    private @Nullable RuleSettings rule(Setting setting) {
        String text = setting.peek();
        if (text != null) {
            setting.error(withoutAction(text));
            return null;
        }
        Section section = setting.section(Keys.RULE, key -> unknownKey(setting, key));
        if (section == null) {
            return null;
        }
        Setting allow = section.find("allow");
        Setting deny = section.find("deny");
        if (allow != null && deny != null) {
            section.error("has both allow and deny; make two rules of it");
            return null;
        }
        if (allow == null && deny == null && !section.hasUnknown()) {
            section.error("has no action; use allow or deny");
        }
        Set<String> methods = methods(section.find("methods"));
        Access access = AccessReader.read(section.find("access"));
        Instant until = until(section.find("until"));
        String note = section.text("note");
        Setting named = allow != null ? allow : deny;
        if (named == null) {
            return null;
        }
        if (named.isList() && named.items().isEmpty()) {
            named.error("names nobody; write an address, a CIDR block, a group or all");
        }
        Action action = allow != null ? Action.ALLOW : Action.DENY;
        List<Whom> whoms = whom.read(named);
        return whoms.isEmpty()
                ? null
                : new RuleSettings(action, whoms, methods, access, until, note, setting.name(), setting.at());
    }

    private static String withoutAction(String text) {
        String nginx = NginxLine.suggestion(text);
        if (nginx != null) {
            return nginx;
        }
        if (text.isEmpty()) {
            return "is empty; write - allow: 203.0.113.7";
        }
        return text.matches("(allow|deny):\\S+")
                ? "\"" + text + "\" has no blank after its colon; write - " + text.replaceFirst(":", ": ")
                : "\"" + text + "\" has no action; write - allow: " + text;
    }

    private static @Nullable String unknownKey(Setting rule, String key) {
        if (key.equals("for")) {
            return "unknown key \"for\"; a rule ends at a date or a time: until: 2026-12-31T23:59Z";
        }
        return rule.hasKey("allow")
                        || rule.hasKey("deny")
                        || Spelling.nearest(key, List.of("methods", "access", "until", "note")) != null
                ? null
                : "unknown action \"" + key + "\"; use allow or deny";
    }

    private static Set<String> methods(@Nullable Setting setting) {
        if (setting == null) {
            return Set.of();
        }
        Set<String> methods = new LinkedHashSet<>(); // in the order of the file
        if (setting.isList() && setting.items().isEmpty()) {
            setting.error("names no method; leave the key out for every method");
        }
        for (Setting item : setting.oneOrMore()) {
            String method = item.as(RulesReader::method);
            if (method != null) {
                methods.add(method);
            }
        }
        return Collections.unmodifiableSet(methods);
    }

    private static String method(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        if (text.equals("*") || upper.equals("ALL") || upper.equals("ANY")) {
            throw new IllegalArgumentException("\"" + text + "\" is no method; leave the key out for every method");
        }
        if (!text.matches(TOKEN)) {
            throw new IllegalArgumentException("\"" + text + "\" is no method; write such as GET, or [GET, POST]");
        }
        if (!text.equals(upper)) {
            throw new IllegalArgumentException("\"" + text + "\" is not in upper case; did you mean " + upper + "?");
        }
        String near = METHODS.contains(text) ? null : Spelling.nearest(text, METHODS);
        if (near != null) {
            throw new IllegalArgumentException("\"" + text + "\" is no method; did you mean " + near + "?");
        }
        return text;
    }

    private static @Nullable Instant until(@Nullable Setting setting) {
        return setting == null ? null : setting.as(Instants::parse);
    }
}

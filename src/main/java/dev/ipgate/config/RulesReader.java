package dev.ipgate.config;

import dev.ipgate.net.IpRange;
import dev.ipgate.nginx.NginxRules;
import dev.ipgate.policy.Access;
import dev.ipgate.policy.Action;
import dev.ipgate.problem.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code rules}: an ordered list of allow and deny. */
final class RulesReader {

    private static final String LIST_FORM = "; write a list of rules, each on its line: - allow: 203.0.113.7";
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110 section 5.6.2
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE");

    private final Path conf;
    private final WhomReader whom;
    private final Problems problems;
    private final Map<Path, List<NginxRules.Line>> nginxFiles = new HashMap<>();
    private boolean letGrantedIn;

    /**
     * Makes a reader.
     *
     * @param conf the conf file, beside which nginx's files are looked up
     * @param problems takes what is wrong in nginx's files
     */
    RulesReader(Path conf, WhomReader whom, Problems problems) {
        this.conf = conf;
        this.whom = whom;
        this.problems = problems;
    }

    /** Whether a rule that was read allows whom the group of the grants names. */
    boolean letGrantedIn() {
        return letGrantedIn;
    }

    List<RuleSettings> read(Setting setting) {
        List<RuleSettings> rules = new ArrayList<>();
        if (!setting.isPresent()) {
            setting.error("has no rules, so nobody could pass" + LIST_FORM);
        } else if (setting.hasKey("nginx_file")) {
            rules.addAll(nginxFile(setting));
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

    /** The lines of a file that nginx includes, as they stand. */
    private List<RuleSettings> nginxFile(Setting setting) {
        Section section = setting.section(Keys.RULES_FILE);
        Setting name = section == null ? null : section.find("nginx_file");
        Path file = name == null ? null : name.as(text -> ConfPath.resolve(conf, text));
        if (name == null || file == null) {
            return List.of();
        }
        if (!Files.exists(file)) {
            name.error("there is no file \"" + file + "\"");
            return List.of();
        }
        int before = problems.all().size();
        List<RuleSettings> rules = nginxFiles.computeIfAbsent(file, unseen -> NginxRules.read(file, problems)).stream()
                .map(line -> rule(line, setting.name()))
                .toList();
        if (rules.isEmpty() && problems.all().size() == before) {
            name.error("\"" + file + "\" has no allow and no deny, so nobody could pass");
        } else if (!rules.isEmpty()
                && WhomReader.everybody(rules.get(rules.size() - 1).whom(), Map.of()) == null) {
            name.warning(
                    "\"" + file + "\" does not end in allow all; or deny all; whoever no line names is denied here,"
                            + " and let in by nginx");
        }
        return rules;
    }

    private static RuleSettings rule(NginxRules.Line line, String name) {
        IpRange range = line.whom();
        Whom one = range == null ? new Whom.Everyone(line.at()) : new Whom.Addresses(range, line.text(), line.at());
        Action action = line.allow() ? Action.ALLOW : Action.DENY;
        return new RuleSettings(action, List.of(one), Set.of(), null, null, false, null, null, name, line.at());
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
        boolean report = report(section, allow);
        String note = section.text("note");
        String owner = section.text("owner");
        Setting named = allow != null ? allow : deny;
        if (named == null) {
            return null;
        }
        if (named.isList() && named.items().isEmpty()) {
            named.error("names nobody; write an address, a CIDR block, a group or all");
        }
        Action action = allow != null ? Action.ALLOW : Action.DENY;
        List<Whom> whoms = allow != null ? whom.readAllowed(named) : whom.read(named);
        if (whoms.isEmpty()) {
            return null;
        }
        RuleSettings rule = new RuleSettings(
                action, whoms, methods, access, until, report, note, owner, setting.name(), setting.at());
        letGrantedIn |= rule.namesGranted();
        return rule;
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
            return "a rule here cannot last \"for\" a while, which would begin anew at every reload; write when it ends:"
                    + " until: 2026-12-31T23:59Z, or use ipgate grant";
        }
        return rule.hasKey("allow")
                        || rule.hasKey("deny")
                        || Spelling.nearest(key, List.of("methods", "access", "until", "report", "note", "owner"))
                                != null
                ? null
                : "unknown action \"" + key + "\"; use allow or deny";
    }

    private static boolean report(Section rule, @Nullable Setting allow) {
        boolean report = rule.flag("report", false);
        if (report && allow != null) {
            Setting key = Objects.requireNonNull(rule.find("report"));
            key.errorAtKey("is for rules that deny: whom they name passes, and the log says who that was. To try out"
                    + " an allow, have ipgate replay decide about yesterday's log");
            return false;
        }
        return report;
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

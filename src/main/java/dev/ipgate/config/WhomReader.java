package dev.ipgate.config;

import dev.ipgate.config.Settings.GroupSettings;
import dev.ipgate.net.IpRange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads whom a rule, a group or {@code trusted_proxies} names: addresses, CIDR blocks, ranges, groups, {@code all}. */
final class WhomReader {

    static final String ALL = "all";

    private static final Set<String> MEANS_ALL = Set.of("all", "any", "everyone", "everybody", "*", "0/0");

    private final Set<String> groups;
    private final boolean grants;

    /**
     * Makes a reader.
     *
     * @param groups the names that are defined, whatever is wrong with their members
     * @param grants whether there are grants, which fill a group of their own
     */
    WhomReader(Set<String> groups, boolean grants) {
        this.groups = groups;
        this.grants = grants;
    }

    /** One name or a list of names; what is wrong is reported and left out. */
    List<Whom> read(Setting setting) {
        return read(setting, false);
    }

    /** The same for a rule that allows, in which alone the grants may be named. */
    List<Whom> readAllowed(Setting setting) {
        return read(setting, true);
    }

    private List<Whom> read(Setting setting, boolean allowed) {
        List<Whom> whom = new ArrayList<>();
        for (Setting item : setting.oneOrMore()) {
            Whom one = grants && GrantsSettings.GROUP.equals(item.peek()) ? granted(item, allowed) : one(item);
            if (one != null) {
                whom.add(one);
            }
        }
        return List.copyOf(whom);
    }

    private static @Nullable Whom granted(Setting setting, boolean allowed) {
        if (allowed) {
            return new Whom.Group(GrantsSettings.GROUP, setting.at());
        }
        setting.error(
                "\"" + GrantsSettings.GROUP + "\" is for rules that allow: a grant lets somebody in where one says"
                        + " - allow: granted, and does nothing else; to take a grant back: ipgate revoke ADDRESS");
        return null;
    }

    private @Nullable Whom one(Setting setting) {
        String text = setting.text();
        if (text == null) {
            return null;
        }
        if (text.equals(ALL)) {
            return new Whom.Everyone(setting.at());
        }
        if (groups.contains(text)) {
            return new Whom.Group(text, setting.at());
        }
        try {
            String wrong = whatIsWrong(text);
            if (wrong != null) {
                setting.error(wrong);
                return null;
            }
            return new Whom.Addresses(IpRange.parse(text), text, setting.at());
        } catch (IllegalArgumentException e) {
            setting.error(String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** What people write for an address or a group that is neither; null if it may be an address. */
    private @Nullable String whatIsWrong(String text) {
        String quoted = "\"" + text + "\"";
        String nginx = NginxLine.suggestion(text);
        if (nginx != null) {
            return nginx;
        }
        if (MEANS_ALL.contains(text.toLowerCase(Locale.ROOT))) {
            return quoted + " is not known here; did you mean all?";
        }
        if (AccessReader.isName(text)) {
            return quoted + " says what may be done, not who does it; write access: " + text + " beside the address";
        }
        if (text.equals("localhost")) {
            return quoted + " is a name; did you mean 127.0.0.1, or [127.0.0.1, \"::1\"] for both families?";
        }
        if (text.endsWith(";")) {
            return quoted + " ends in a semicolon; leave it out";
        }
        if (text.matches("[0-9./]+[,\\s].*")) {
            return quoted + " holds more than one word; write a list: [a, b]";
        }
        if (text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){0,2}(\\.\\*){1,3}")) {
            return quoted + " has a wildcard; did you mean " + block(text.replaceAll("[.*]+$", "")) + "?";
        }
        if (!text.matches(".*[g-zG-Z_].*") && text.matches(".*[0-9:/.].*")) {
            return null;
        }
        return noGroup(text, quoted);
    }

    private static String block(String octets) {
        int given = octets.split("\\.", -1).length;
        return octets + ".0".repeat(4 - given) + "/" + 8 * given;
    }

    private @Nullable String noGroup(String text, String quoted) {
        if (text.equals(GrantsSettings.GROUP)) {
            return quoted + " is the group that grants fill, and there are none; write grants: on and"
                    + " state: /var/lib/ipgate at the top level, or give the group members";
        }
        if (text.matches(GroupsReader.NAME)) {
            String known = groups.isEmpty()
                    ? "; no groups are defined"
                    : "; the groups are "
                            + String.join(", ", groups.stream().sorted().toList());
            return quoted + " is neither an address nor a group" + Spelling.hint(text, groups, known);
        }
        return text.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.?")
                ? quoted + " is a host name; write the addresses that it stands for, or make a group of it: {host: "
                        + text + "}"
                : null;
    }

    /** The member that stands for every address of a family, looked for in groups too; null if there is none. */
    static @Nullable Whom everybody(List<Whom> whom, Map<String, GroupSettings> groups) {
        return everybody(whom, groups, new HashSet<>());
    }

    private static @Nullable Whom everybody(List<Whom> whom, Map<String, GroupSettings> groups, Set<String> seen) {
        for (Whom one : whom) {
            if (one instanceof Whom.Everyone) {
                return one;
            }
            if (one instanceof Whom.Addresses addresses && isFamily(addresses.range())) {
                return one;
            }
            GroupSettings inner =
                    one instanceof Whom.Group group && seen.add(group.name()) ? groups.get(group.name()) : null;
            if (inner != null && everybody(inner.members(), groups, seen) != null) {
                return one;
            }
        }
        return null;
    }

    private static boolean isFamily(IpRange range) {
        return range.equals(IpRange.parse("0.0.0.0/0")) || range.equals(IpRange.parse("::/0"));
    }
}

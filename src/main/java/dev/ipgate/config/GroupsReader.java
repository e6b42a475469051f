package dev.ipgate.config;

import dev.ipgate.config.GroupSourceReader.Found;
import dev.ipgate.config.Settings.GroupSettings;
import dev.ipgate.net.IpRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code groups}: names for lists of addresses, and for what fills a group from outside. */
final class GroupsReader {

    static final String NAME = "[A-Za-z][A-Za-z0-9_-]*";

    private static final Set<String> RESERVED = Set.of("all");
    private static final int DEEPEST = 20;

    private final GroupSourceReader sources;
    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private final Map<String, GroupSettings> groups = new LinkedHashMap<>();
    private final Map<String, Integer> depths = new HashMap<>();

    /**
     * Makes a reader.
     *
     * @param groups the value of the key, or null if it is not there
     * @param grants whether there are grants, which fill a group of their own
     */
    GroupsReader(GroupSourceReader sources, @Nullable Setting groups, boolean grants) {
        this.sources = sources;
        if (groups != null) {
            settings.putAll(groups.named());
            settings.forEach(GroupsReader::checkName);
            settings.keySet().removeIf(GroupsReader::isAddress);
            Setting taken = grants ? settings.remove(GrantsSettings.GROUP) : null;
            if (taken != null) {
                taken.errorAtKey("\"" + GrantsSettings.GROUP + "\" is the group that grants fill; give this one another"
                        + " name, such as guests");
            }
        }
    }

    /** The names in the order of the file, before any group is read: one with bad members is a group all the same. */
    Set<String> names() {
        return settings.keySet();
    }

    Map<String, GroupSettings> read(WhomReader whom) {
        settings.forEach((name, setting) -> read(name, setting, whom));
        settings.keySet().forEach(name -> measure(name, new ArrayDeque<>()));
        return Collections.unmodifiableMap(groups); // in the order of the file
    }

    private static void checkName(String name, Setting setting) {
        if (RESERVED.contains(name)) {
            setting.errorAtKey("\"" + name + "\" has a meaning of its own; give the group another name");
        } else if (isAddress(name)) {
            setting.errorAtKey("\"" + name + "\" is an address; give the group a name such as office");
        } else if (!name.matches(NAME)) {
            setting.errorAtKey(
                    "\"" + name + "\" cannot be a group's name; use letters, digits, - and _, a letter first");
        }
    }

    private void read(String name, Setting setting, WhomReader whom) {
        Section section = setting.isTable() ? setting.section(Keys.GROUP) : null;
        List<Found> found = section == null ? List.of() : sources.read(section);
        if (found.size() > 1) {
            groups.put(name, new GroupSettings(parts(setting, found), null, setting.at()));
        } else {
            groups.put(
                    name,
                    new GroupSettings(
                            setting.isTable() ? List.of() : members(setting, whom),
                            found.isEmpty() ? null : found.get(0).source(),
                            setting.at()));
        }
    }

    /**
     * Makes a group of each of several sources: one that fails grows old by itself. They are called by their place in the
     * conf file, {@code homes.host[1]}, which is no name that anybody can write.
     */
    private List<Whom> parts(Setting setting, List<Found> found) {
        String name = setting.name().substring(setting.name().indexOf('.') + 1);
        List<Whom> parts = new ArrayList<>();
        for (Found one : found) {
            String part = name + ".host[" + parts.size() + "]";
            groups.put(part, new GroupSettings(List.of(), one.source(), one.at()));
            parts.add(new Whom.Group(part, one.at()));
        }
        return parts;
    }

    private List<Whom> members(Setting setting, WhomReader whom) {
        if (setting.isList() && setting.items().isEmpty()) {
            setting.warning("has no members: whoever it names is nobody");
        }
        List<Whom> members = new ArrayList<>();
        for (Setting item : setting.oneOrMore()) {
            for (Whom member : whom.read(item)) {
                if (member instanceof Whom.Everyone) {
                    item.error("\"all\" cannot be in a group; write it where the group is used");
                } else {
                    members.add(member);
                }
            }
        }
        return List.copyOf(members);
    }

    /**
     * How many groups deep a group is, itself included. What makes it hold itself, or too deep, is reported and taken out,
     * so that whoever walks the groups later comes to an end.
     */
    private int measure(String name, Deque<String> path) {
        Integer known = depths.get(name);
        GroupSettings group = groups.get(name);
        if (known != null || group == null) {
            return known == null ? 0 : known;
        }
        Setting setting = settings.get(name);
        List<Whom> kept = new ArrayList<>();
        int deepest = 0;
        path.addLast(name);
        for (Whom member : group.members()) {
            if (member instanceof Whom.Group inner && setting != null) {
                if (path.contains(inner.name())) {
                    report(setting, inner, path);
                    continue;
                }
                int depth = path.size() < DEEPEST ? measure(inner.name(), path) : DEEPEST;
                if (depth >= DEEPEST) {
                    setting.error("holds \"" + inner.name() + "\", and groups in it, more than " + DEEPEST + " deep");
                    continue;
                }
                deepest = Math.max(deepest, depth);
            }
            kept.add(member);
        }
        path.removeLast();
        groups.put(name, new GroupSettings(List.copyOf(kept), group.source(), group.at()));
        depths.put(name, deepest + 1);
        return deepest + 1;
    }

    private static void report(Setting setting, Whom.Group closing, Deque<String> path) {
        List<String> circle = new ArrayList<>(path);
        circle = circle.subList(circle.indexOf(closing.name()), circle.size());
        setting.error("holds itself: " + String.join(" → ", circle) + " → " + closing.name());
    }

    private static boolean isAddress(String name) {
        try {
            IpRange.parse(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import dev.ipgate.config.Settings;
import dev.ipgate.config.Settings.GroupSettings;
import dev.ipgate.config.Whom;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpRange;
import dev.ipgate.problem.Problems;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The groups of one reading of the conf file, filled: names to addresses. Immutable. */
public final class Groups {

    private static final AddressSet ALL_BUT_LOOPBACK = AddressSet.of(Stream.of(
                    "0.0.0.0-126.255.255.255",
                    "128.0.0.0-255.255.255.255",
                    "::",
                    "::2-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
            .map(IpRange::parse)
            .toList());

    private final Map<String, AddressSet> sets;

    private Groups(Map<String, AddressSet> sets) {
        this.sets = Map.copyOf(sets);
    }

    /**
     * Fills every group; what is wrong in a list file is reported at its own file and line. A group whose file cannot be
     * read holds nobody, and the problems have an error.
     */
    public static Groups load(Settings settings, Problems problems) {
        Map<String, AddressSet> sets = new HashMap<>();
        settings.groups().keySet().forEach(name -> fill(name, settings.groups(), sets, problems));
        return new Groups(sets);
    }

    /**
     * The addresses that a rule or {@code trusted_proxies} names.
     *
     * @throws IllegalArgumentException if a group among them does not exist, which the reader of the conf file excludes
     */
    public AddressSet resolve(Collection<Whom> whom) {
        if (whom.size() == 1 && whom.iterator().next() instanceof Whom.Group alone) {
            return set(alone); // itself, not a copy: it may be a list of a million
        }
        AddressSet.Builder builder = AddressSet.builder();
        for (Whom one : whom) {
            if (one instanceof Whom.Group group) {
                builder.addAll(set(group));
            } else {
                add(one, builder);
            }
        }
        return builder.build();
    }

    private AddressSet set(Whom.Group group) {
        AddressSet set = sets.get(group.name());
        if (set == null) {
            throw new IllegalArgumentException("no group \"" + group.name() + "\"");
        }
        return set;
    }

    /** Fills a group, and first those that it holds; the reader of the conf file has excluded circles. */
    private static AddressSet fill(
            String name, Map<String, GroupSettings> settings, Map<String, AddressSet> sets, Problems problems) {
        AddressSet filled = sets.get(name);
        GroupSettings group = settings.get(name);
        if (filled != null || group == null) {
            return filled == null ? AddressSet.EMPTY : filled;
        }
        AddressSet.Builder builder = AddressSet.builder();
        if (group.source() instanceof GroupSource.ListFile file) {
            ListFile.read(file.path(), "groups." + name, group.at(), builder::add, problems);
        }
        for (Whom member : group.members()) {
            if (member instanceof Whom.Group inner) {
                builder.addAll(fill(inner.name(), settings, sets, problems));
            } else {
                add(member, builder);
            }
        }
        AddressSet set = builder.build();
        sets.put(name, set);
        return set;
    }

    private static void add(Whom one, AddressSet.Builder builder) {
        if (one instanceof Whom.Addresses addresses) {
            builder.add(addresses.range());
        } else if (one instanceof Whom.Everyone) {
            builder.addAll(AddressSet.ALL);
        } else if (one instanceof Whom.AllButLoopback) {
            builder.addAll(ALL_BUT_LOOPBACK);
        }
    }
}

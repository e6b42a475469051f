package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import dev.ipgate.config.Settings;
import dev.ipgate.config.Settings.GroupSettings;
import dev.ipgate.config.Whom;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpRange;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The groups of one reading of the conf file, filled: names to addresses. Immutable. */
public final class Groups {

    private static final AddressSet ALL_BUT_LOOPBACK = AddressSet.of(Stream.of(
                    "0.0.0.0-126.255.255.255",
                    "128.0.0.0-255.255.255.255",
                    "::",
                    "::2-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
            .map(IpRange::parse)
            .toList());

    /**
     * What a source holds.
     *
     * @param addresses the last that was read; nobody if it never was
     * @param stale whether that is too old for an allow
     * @param unread why it was never read; null if it was
     */
    record Content(
            AddressSet addresses, boolean stale, @Nullable String unread) {}

    /** What to make of a denial that names a group which was never read. */
    public enum Unread {
        /** It would let in whom it should keep out: an error. */
        REFUSED,
        /** Somebody only looks at the conf file: a warning. */
        TOLD
    }

    private final Map<String, GroupSettings> settings;
    private final Map<GroupSource, Content> contents;
    private final Unread unread;
    private final Map<String, AddressSet> kept;
    private final Map<String, AddressSet> fresh; // without what is stale; the same where nothing is

    private Groups(Map<String, GroupSettings> settings, Map<GroupSource, Content> contents, Unread unread) {
        this.settings = settings;
        this.contents = Map.copyOf(contents);
        this.unread = unread;
        this.kept = fill(content -> content.addresses());
        this.fresh = contents.values().stream().noneMatch(Content::stale)
                ? kept
                : fill(content -> content.stale() ? AddressSet.EMPTY : content.addresses());
    }

    /** Fills every group. */
    static Groups of(Settings settings, Map<GroupSource, Content> contents, Unread unread) {
        return new Groups(settings.groups(), contents, unread);
    }

    /**
     * The addresses that are denied, trusted or guarded: of each source the last that was read, however old.
     *
     * @throws IllegalArgumentException if a group among them does not exist, which the reader of the conf file excludes
     */
    public AddressSet resolve(Collection<Whom> whom) {
        return resolve(whom, kept);
    }

    /**
     * The addresses that are allowed: none of a source that was last read too long ago.
     *
     * @throws IllegalArgumentException if a group among them does not exist, which the reader of the conf file excludes
     */
    public AddressSet resolveAllowed(Collection<Whom> whom) {
        return resolve(whom, fresh);
    }

    /** Why the first of the groups that are named, or that those hold, has never been read; empty if all have been. */
    public Optional<String> whyUnread(Collection<Whom> whom) {
        return whom.stream()
                .filter(Whom.Group.class::isInstance)
                .map(one -> whyUnread(((Whom.Group) one).name()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> whyUnread(String name) {
        GroupSettings group = settings.get(name);
        if (group == null) {
            return Optional.empty();
        }
        Content content = group.source() == null ? null : contents.get(group.source());
        return content != null && content.unread() != null
                ? Optional.of("groups." + name + " has never been read: " + content.unread())
                : whyUnread(group.members());
    }

    /** Whether every source has been read, and none too long ago. */
    public boolean isComplete() {
        return contents.values().stream().allMatch(content -> content.unread() == null && !content.stale());
    }

    /** What to make of a denial that names what has never been read. */
    public Unread unread() {
        return unread;
    }

    private static AddressSet resolve(Collection<Whom> whom, Map<String, AddressSet> sets) {
        if (whom.size() == 1 && whom.iterator().next() instanceof Whom.Group alone) {
            return set(alone, sets); // itself, not a copy: it may be a list of a million
        }
        AddressSet.Builder builder = AddressSet.builder();
        for (Whom one : whom) {
            if (one instanceof Whom.Group group) {
                builder.addAll(set(group, sets));
            } else {
                add(one, builder);
            }
        }
        return builder.build();
    }

    private static AddressSet set(Whom.Group group, Map<String, AddressSet> sets) {
        AddressSet set = sets.get(group.name());
        if (set == null) {
            throw new IllegalArgumentException("no group \"" + group.name() + "\"");
        }
        return set;
    }

    private Map<String, AddressSet> fill(Function<Content, AddressSet> use) {
        Map<String, AddressSet> sets = new HashMap<>();
        settings.keySet().forEach(name -> fill(name, sets, use));
        return Map.copyOf(sets);
    }

    /** Fills a group, and first those that it holds; the reader of the conf file has excluded circles. */
    private AddressSet fill(String name, Map<String, AddressSet> sets, Function<Content, AddressSet> use) {
        AddressSet filled = sets.get(name);
        GroupSettings group = settings.get(name);
        if (filled != null || group == null) {
            return filled == null ? AddressSet.EMPTY : filled;
        }
        Content content = group.source() == null ? null : contents.get(group.source());
        AddressSet set = content == null ? members(group, sets, use) : use.apply(content);
        sets.put(name, set);
        return set;
    }

    private AddressSet members(GroupSettings group, Map<String, AddressSet> sets, Function<Content, AddressSet> use) {
        AddressSet.Builder builder = AddressSet.builder();
        for (Whom member : group.members()) {
            if (member instanceof Whom.Group inner) {
                builder.addAll(fill(inner.name(), sets, use));
            } else {
                add(member, builder);
            }
        }
        return builder.build();
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

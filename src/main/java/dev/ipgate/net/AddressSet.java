package dev.ipgate.net;

import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A set of addresses of both families. Immutable; membership allocates nothing. */
public final class AddressSet {

    /*
     * Of each family, the boundaries of its ranges: the first begins a range, the second is the address after its
     * last, and so on. An address is a member if the number of boundaries at or below it is odd. Ranges never touch,
     * so whatever lies within the set lies within one of them. The IPv6 side leaves out the mapped addresses, which
     * are IPv4's.
     */

    /** No address at all. */
    public static final AddressSet EMPTY = builder().build();

    /** Every address of both families. */
    public static final AddressSet ALL =
            builder().add(IpRange.parse("0.0.0.0/0")).add(IpRange.parse("::/0")).build();

    private final Boundaries ipv4;
    private final Boundaries ipv6;

    private AddressSet(Boundaries ipv4, Boundaries ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    public static Builder builder() {
        return new Builder();
    }

    public static AddressSet of(Collection<IpRange> ranges) {
        Builder builder = builder();
        ranges.forEach(builder::add);
        return builder.build();
    }

    /** Collects ranges in any order, overlapping or not. */
    public static final class Builder {
        private final RangeUnion ipv4 = new RangeUnion(true);
        private final RangeUnion ipv6 = new RangeUnion(false);

        private Builder() {}

        public Builder add(IpRange range) {
            IpAddress first = range.first();
            IpAddress last = range.last();
            if (first.isIpv4()) {
                ipv4.add(first, last);
            } else if (first.compareTo(IpAddress.FIRST_IPV4) < 0 && last.compareTo(IpAddress.LAST_IPV4) > 0) {
                ipv6.add(first, IpAddress.FIRST_IPV4.previous());
                ipv6.add(IpAddress.LAST_IPV4.next(), last);
            } else {
                ipv6.add(first, last);
            }
            return this;
        }

        public Builder addAll(AddressSet set) {
            set.forEach(this::add);
            return this;
        }

        /** The union of all that was added. The builder is spent. */
        public AddressSet build() {
            return new AddressSet(ipv4.merge(), ipv6.merge());
        }
    }

    public boolean contains(IpAddress address) {
        return (boundaries(address.isIpv4()).rank(address) & 1) == 1;
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    /** How many ranges there are, once those that overlap or touch are merged. */
    public int size() {
        return (ipv4.size() + 1) / 2 + (ipv6.size() + 1) / 2;
    }

    /** Whether every address of the other set is in this one. */
    public boolean covers(AddressSet other) {
        return other.firstNotIn(this) == null;
    }

    /** The lowest address that is in this set and not in the other, IPv4 before IPv6; null if there is none. */
    public @Nullable IpAddress firstNotIn(AddressSet other) {
        IpAddress found = firstNotIn(other, true);
        return found == null ? firstNotIn(other, false) : found;
    }

    private @Nullable IpAddress firstNotIn(AddressSet other, boolean family) {
        Boundaries ours = boundaries(family);
        Boundaries theirs = other.boundaries(family);
        for (int start = 0; start < ours.size(); start += 2) {
            IpAddress first = ours.get(start);
            int rank = theirs.rank(first);
            if ((rank & 1) == 0) {
                return first;
            }
            if (rank < theirs.size() && theirs.get(rank).compareTo(ours.before(start + 1)) <= 0) {
                return theirs.get(rank);
            }
        }
        return null;
    }

    /** The lowest address that is in both sets, IPv4 before IPv6; null if there is none. */
    public @Nullable IpAddress firstIn(AddressSet other) {
        IpAddress found = firstIn(ipv4, other.ipv4);
        return found == null ? firstIn(ipv6, other.ipv6) : found;
    }

    private static @Nullable IpAddress firstIn(Boundaries ours, Boundaries theirs) {
        for (int start = 0; start < ours.size(); start += 2) {
            IpAddress first = ours.get(start);
            int rank = theirs.rank(first);
            if ((rank & 1) == 1) {
                return first;
            }
            if (rank < theirs.size() && theirs.get(rank).compareTo(ours.before(start + 1)) <= 0) {
                return theirs.get(rank);
            }
        }
        return null;
    }

    /** How many ranges are in this set and not in the other: what a list has gained or lost. */
    public int rangesNotIn(AddressSet other) {
        return rangesNotIn(ipv4, other.ipv4) + rangesNotIn(ipv6, other.ipv6);
    }

    private static int rangesNotIn(Boundaries ours, Boundaries theirs) {
        int count = 0;
        for (int start = 0; start < ours.size(); start += 2) {
            int rank = theirs.rank(ours.get(start));
            count += 1 - (rank & 1);
            IpAddress last = ours.before(start + 1);
            for (int i = rank; i < theirs.size() && theirs.get(i).compareTo(last) <= 0; i++) {
                count += i & 1; // where one of theirs ends within ours, another piece begins
            }
        }
        return count;
    }

    /** Hands on every range in ascending order, IPv4 before IPv6. */
    public void forEach(Consumer<IpRange> consumer) {
        forEach(ipv4, consumer);
        forEach(ipv6, consumer);
    }

    private static void forEach(Boundaries boundaries, Consumer<IpRange> consumer) {
        for (int start = 0; start < boundaries.size(); start += 2) {
            consumer.accept(new IpRange(boundaries.get(start), boundaries.before(start + 1)));
        }
    }

    Boundaries boundaries(boolean family) {
        return family ? ipv4 : ipv6;
    }

    long byteSize() {
        return ipv4.byteSize() + ipv6.byteSize();
    }
}

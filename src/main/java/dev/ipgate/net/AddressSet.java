package dev.ipgate.net;

import java.util.Collection;

/** A set of addresses of both families. Immutable; membership allocates nothing. */
public final class AddressSet {

    /** No address at all. */
    public static final AddressSet EMPTY = builder().build();

    /** Every address of both families. */
    public static final AddressSet ALL =
            builder().add(IpRange.parse("0.0.0.0/0")).add(IpRange.parse("::/0")).build();

    private AddressSet() {}

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
        private Builder() {}

        public Builder add(IpRange range) {
            throw new UnsupportedOperationException();
        }

        public Builder addAll(AddressSet set) {
            throw new UnsupportedOperationException();
        }

        public AddressSet build() {
            throw new UnsupportedOperationException();
        }
    }

    public boolean contains(IpAddress address) {
        throw new UnsupportedOperationException();
    }

    public boolean isEmpty() {
        throw new UnsupportedOperationException();
    }
}

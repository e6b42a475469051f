package dev.ipgate.config;

import dev.ipgate.net.IpRange;
import dev.ipgate.problem.Position;

/** Whom a rule, a group or {@code trusted_proxies} names. */
public sealed interface Whom {

    /** Where it stands. */
    Position at();

    /** {@code all}: every address of both families. */
    record Everyone(Position at) implements Whom {
        @Override
        public String toString() {
            return "all";
        }
    }

    /** An address, a CIDR block or a range {@code a-b}; {@code text} is as written. */
    record Addresses(IpRange range, String text, Position at) implements Whom {
        @Override
        public String toString() {
            return text;
        }
    }

    /** Every address of both families but 127.0.0.0/8 and ::1, of which trusted proxies are named nevertheless. */
    record AllButLoopback(Position at) implements Whom {
        @Override
        public String toString() {
            return "all but clients on this machine";
        }
    }

    /** A group, by its name; the reader has checked that it exists. */
    record Group(String name, Position at) implements Whom {
        @Override
        public String toString() {
            return name;
        }
    }
}

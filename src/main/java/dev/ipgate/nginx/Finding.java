package dev.ipgate.nginx;

import dev.ipgate.problem.Position;

/**
 * Something in nginx's configuration that the conf file does not say.
 *
 * @param at where
 * @param directive as it stands there, such as {@code limit_req zone=one}
 * @param kind whether anybody will miss it
 * @param why what it did, and why it could not come along
 * @param todo what to do about it; empty for nothing
 */
public record Finding(Position at, String directive, Kind kind, String why, String todo) {

    /** Whether anybody will miss it. */
    public enum Kind {
        /** Nobody will: who gets in and what the app sees stay the same. */
        HARMLESS,
        /** It decided who gets in, or the app or its users depend on it. */
        MATTERS
    }
}

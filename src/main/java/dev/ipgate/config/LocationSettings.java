package dev.ipgate.config;

import dev.ipgate.policy.Satisfy;
import dev.ipgate.problem.Position;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What differs for some paths of a site, or of the location around. Rules or an upstream that are null come from there.
 *
 * @param path the path, string prefix or regular expression (RE2)
 * @param match how the path is compared
 * @param beforeRegex for a prefix: no regular expression is tried if this is the longest; nginx's {@code ^~}
 * @param ignoreCase for a regular expression; nginx's {@code ~*}
 * @param auth how a password is asked for here, be it an inherited way; null if it is not
 * @param satisfy whether both the rules and the password have to let a client in, or one of them
 * @param before rules that go before those here or inherited ones, after the {@code before} of the location around
 * @param rules who may pass here, in place of the rules around
 * @param upstream the app for these paths
 * @param nested what differs for some of these paths; empty for an exact one
 * @param note free text, or null
 * @param setting its place in the file, such as {@code locations[0]}
 * @param at where it stands
 */
public record LocationSettings(
        String path,
        Match match,
        boolean beforeRegex,
        boolean ignoreCase,
        @Nullable AuthSettings auth,
        Satisfy satisfy,
        List<RuleSettings> before,
        @Nullable List<RuleSettings> rules,
        @Nullable UpstreamSettings upstream,
        List<LocationSettings> nested,
        @Nullable String note,
        String setting,
        Position at) {

    /** This and all that are nested in it, each after the one that it is in. */
    public Stream<LocationSettings> withNested() {
        return Stream.concat(Stream.of(this), nested.stream().flatMap(LocationSettings::withNested));
    }

    /** How a location's path is compared. */
    public enum Match {
        /** As a string prefix, the longest wins; nginx's plain location. The default. */
        PREFIX,
        /** As a whole; nginx's {@code =}. */
        EXACT,
        /** As a regular expression found anywhere in the path; nginx's {@code ~}. */
        REGEX
    }
}

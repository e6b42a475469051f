package dev.ipgate.config;

import dev.ipgate.auth.AttemptLimit;
import dev.ipgate.problem.Position;
import org.jspecify.annotations.Nullable;

/**
 * Who has to log in, and how: {@code auth}; nginx's {@code auth_basic} and {@code auth_basic_user_file}.
 *
 * @param realm what the browser shows when it asks
 * @param users the users file as it was when the conf file was read
 * @param userHeader the header in which the app learns who logged in, or null for none
 * @param attempts how many wrong passwords a client may send
 * @param setting its place in the file, such as {@code sites[0].auth}
 * @param at where it stands
 */
public record AuthSettings(
        String realm,
        UsersFile users,
        @Nullable String userHeader,
        AttemptLimit attempts,
        String setting,
        Position at) {

    /** The realm where none is named. */
    public static final String DEFAULT_REALM = "ipgate";

    /** What the operator wrote, wherever it stands. */
    public String text() {
        return realm + " " + users.path() + " " + userHeader + " " + attempts;
    }
}

package dev.ipgate.config;

import dev.ipgate.problem.Position;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * That people may be let in for a while, without an editor.
 *
 * @param lasts how long, where nobody says
 * @param max how long at most
 * @param state the folder that keeps the grants
 * @param page where people sign in by themselves, or null for nowhere
 * @param at where it stands
 */
public record GrantsSettings(
        Duration lasts, Duration max, Path state, @Nullable Page page, Position at) {

    /** The group that grants fill. */
    public static final String GROUP = "granted";

    /**
     * The sign-in page.
     *
     * @param path where it is in every site that lets the granted in, such as {@code /.ipgate/in}
     * @param auth who may sign in with a password; null if only invites are good there
     */
    public record Page(String path, @Nullable AuthSettings auth) {}
}

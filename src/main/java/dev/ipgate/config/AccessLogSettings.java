package dev.ipgate.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One line a request: {@code access_log}.
 *
 * @param format how a line looks; combined by default
 * @param target where lines go; stdout by default
 * @param file for {@link Target#FILE}, resolved against the conf file's folder; else null
 */
public record AccessLogSettings(
        Format format, Target target, @Nullable Path file) {

    /** How a line looks. */
    public enum Format {
        /** Apache's and nginx's combined format, then client, peer, decision, rule position and request id. */
        COMBINED,
        /** One JSON object a line. */
        JSON
    }

    /** Where lines go. */
    public enum Target {
        STDOUT,
        FILE,
        OFF
    }
}

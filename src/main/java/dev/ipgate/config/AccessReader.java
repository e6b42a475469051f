package dev.ipgate.config;

import dev.ipgate.policy.Access;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code access}: how far a rule or a location goes with an app whose API is known. */
final class AccessReader {

    private static final String APP = "mlflow:";
    private static final Map<String, Access> NAMES = Map.of(APP + "read", Access.READ, APP + "write", Access.WRITE);

    private AccessReader() {}

    /** What is asked for, or null if nothing is or it is wrong. */
    static @Nullable Access read(@Nullable Setting setting) {
        return setting == null ? null : setting.as(AccessReader::parse);
    }

    static boolean isName(String text) {
        return NAMES.containsKey(text);
    }

    private static Access parse(String text) {
        Access access = NAMES.get(text);
        if (access == null) {
            String near = NAMES.containsKey(APP + text) ? APP + text : Spelling.nearest(text, NAMES.keySet());
            throw new IllegalArgumentException("\"" + text + "\" is not known here; "
                    + (near == null ? "use mlflow:read or mlflow:write" : "did you mean " + near + "?"));
        }
        return access;
    }
}

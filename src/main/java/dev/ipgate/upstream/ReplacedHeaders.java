package dev.ipgate.upstream;

import io.undertow.util.HttpString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Headers of one request that the app receives in place of the client's.
 *
 * @param names which of the client's it does not see, under all their aliases; null for none
 * @param lines what it sees; no name is there twice
 */
public record ReplacedHeaders(@Nullable HiddenHeaders names, List<Line> lines) {

    /** The app sees what the client has sent. */
    public static final ReplacedHeaders NONE = new ReplacedHeaders(null, List.of());

    /**
     * One header.
     *
     * @param value a character for each byte, none of them a control character
     */
    public record Line(HttpString name, String value) {}

    boolean hide(HttpString name) {
        return names != null && names.name(name);
    }
}

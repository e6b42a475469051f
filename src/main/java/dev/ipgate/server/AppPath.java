package dev.ipgate.server;

import dev.ipgate.config.ReplacedPath;
import org.jspecify.annotations.Nullable;

/** The path that the app gets where that of the location is replaced; it is below the new one for every server. */
final class AppPath {

    /*
     * nginx decodes the path, resolves it, replaces the beginning and encodes it again, and so turns %2F into a slash. Here
     * the rest stays as it was sent as long as nobody could resolve anything in it: no dot segment, no empty one. Otherwise
     * "/a/b/../../a/c", which is in /a/, would leave /x/y/ for /x/a/c. Such a path is sent in its canonical form; and if
     * there are several, or that one would leave the new path ("/a../c" with a location /a), it is refused.
     */

    private static final char REPLACEMENT = '\uFFFD'; // stands for bytes that are not UTF-8, which would be lost

    private AppPath() {}

    /**
     * The path in the app.
     *
     * @param raw as sent, without the query; its location is chosen
     * @return null if the request is to be refused with 400
     */
    static @Nullable String of(ReplacedPath replaced, String raw) {
        if (RequestPath.isPlain(raw)) {
            return raw.startsWith(replaced.from())
                    ? kept(replaced, raw.substring(replaced.from().length()))
                    : null;
        }
        RequestPath path = RequestPath.of(raw);
        if (path.problem() != null) {
            return null;
        }
        if (raw.startsWith(replaced.encodedFrom())) {
            String rest = raw.substring(replaced.encodedFrom().length());
            String before = replaced.from().endsWith("/") ? "/" : "/x";
            String kept = RequestPath.isSteady(before + rest) ? kept(replaced, rest) : null;
            if (kept != null) {
                return kept;
            }
        }
        String canonical = path.canonical();
        boolean one = path.readings().size() == 1 && canonical.indexOf(REPLACEMENT) < 0;
        return one && canonical.startsWith(replaced.from())
                ? kept(
                        replaced,
                        ReplacedPath.encoded(canonical.substring(replaced.from().length())))
                : null;
    }

    private static @Nullable String kept(ReplacedPath replaced, String rest) {
        String path = replaced.with(rest);
        return RequestPath.isSteady(path) ? path : null;
    }
}

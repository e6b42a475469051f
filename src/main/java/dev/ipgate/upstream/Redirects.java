package dev.ipgate.upstream;

import dev.ipgate.config.AppUrl;
import dev.ipgate.config.ReplacedPath;
import dev.ipgate.config.UpstreamSettings;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns the app's own URLs in Location and Refresh into those of the gate, where the app knows another name or path than
 * the client; nginx's {@code proxy_redirect default}.
 */
final class Redirects {

    private static final String URL = "url=";

    private Redirects() {}

    /** Whether there may be anything to turn in a header. */
    static boolean concern(HttpString header, UpstreamSettings settings) {
        return (settings.replacedPath() != null || settings.replacesHost())
                && (header.equals(Headers.LOCATION) || header.equals(Headers.REFRESH));
    }

    /**
     * The value that the client gets.
     *
     * @param app the one that has answered
     */
    static String back(HttpString header, String value, UpstreamSettings settings, AppUrl app) {
        if (header.equals(Headers.LOCATION)) {
            return url(value, settings.replacedPath(), app);
        }
        int at = value.toLowerCase(Locale.ROOT).indexOf(URL);
        if (at < 0) {
            return value;
        }
        int url = at + URL.length();
        return value.substring(0, url) + url(value.substring(url), settings.replacedPath(), app);
    }

    private static String url(String value, @Nullable ReplacedPath replaced, AppUrl app) {
        String origin = app.origin();
        String to = replaced == null ? "/" : replaced.to();
        String from = replaced == null ? "/" : replaced.encodedFrom();
        boolean absolute =
                value.regionMatches(true, 0, origin, 0, origin.length()) && value.startsWith(to, origin.length());
        // an app that is told under which path it is seen writes that one itself
        boolean seen = from.startsWith(to) && value.startsWith(from);
        boolean path = replaced != null && value.startsWith(to) && isPath(value) && !seen;
        if (!absolute && !path) {
            return value;
        }
        String rest = value.substring(absolute ? origin.length() + to.length() : to.length());
        String turned = (to.endsWith("/") && !from.endsWith("/") ? from + "/" : from) + rest;
        return isPath(turned) ? turned : value;
    }

    /** Whether browsers take it for a path on the same host: two slashes, however disguised, are another host. */
    private static boolean isPath(String value) {
        return value.startsWith("/") && (value.length() == 1 || "/\\\t".indexOf(value.charAt(1)) < 0);
    }
}

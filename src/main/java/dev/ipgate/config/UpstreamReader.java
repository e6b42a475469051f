package dev.ipgate.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code upstream}: the app's URL, a list of URLs, or a table with them and how the app is spoken to. */
final class UpstreamReader {

    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);

    private static final Map<String, RequestBuffering> BUFFERING =
            Map.of("off", RequestBuffering.OFF, "chunked", RequestBuffering.CHUNKED, "all", RequestBuffering.ALL);

    private static final String MISSING = "is missing; write where the app is, such as \"http://127.0.0.1:5050\"";
    private static final AppUrl UNKNOWN = new AppUrl(false, "localhost", 80);

    /** How an app is spoken to unless something else is said; where it is has to be said. */
    static final UpstreamSettings DEFAULTS = new UpstreamSettings(
            List.of(UNKNOWN),
            AppTls.DEFAULT,
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            UpstreamSettings.CLIENT_HOST,
            false,
            false,
            512,
            Duration.ofMillis(1500),
            RequestBuffering.OFF,
            AppAuthorization.KEEP,
            List.of(),
            null);

    private final AppTlsReader tls;
    private final AppAuthorizationReader authorizations;

    /** @param conf the conf file, beside which file names are looked up */
    UpstreamReader(Path conf) {
        tls = new AppTlsReader(conf);
        authorizations = new AppAuthorizationReader(conf);
    }

    /**
     * The app, or null if its URL is missing or wrong.
     *
     * @param preset what holds for keys that are left out
     * @param path of a location with a prefix or an exact path; null for what has none
     */
    @Nullable
    UpstreamSettings read(Setting setting, SitePreset preset, @Nullable String path) {
        UpstreamSettings usual = preset.upstream();
        if (setting.peek() != null || setting.isList()) {
            List<AppUrl> urls = urls(setting);
            return urls.isEmpty() ? null : usual.at(urls);
        }
        Section section = setting.section(Keys.UPSTREAM);
        return section == null ? null : table(section, usual, preset.hasApp(), path);
    }

    private @Nullable UpstreamSettings table(
            Section section, UpstreamSettings usual, boolean hasApp, @Nullable String path) {
        boolean elsewhere = section.has("url") || section.has("urls") || !hasApp;
        List<AppUrl> urls = elsewhere ? where(section) : usual.urls();
        boolean anyTls = urls.isEmpty() || urls.stream().anyMatch(AppUrl::tls);
        UpstreamSettings settings = new UpstreamSettings(
                urls.isEmpty() ? List.of(UNKNOWN) : urls, // the other keys are read all the same
                tls.read(section.find("tls"), anyTls),
                section.duration("connect_timeout", usual.connectTimeout(), MILLISECOND, DAY),
                section.duration("response_timeout", usual.responseTimeout(), MILLISECOND, DAY),
                hostHeader(section.find("host_header"), usual.hostHeader()),
                section.word("origin", usual.originUpstream(), Map.of("client", false, "upstream", true)),
                section.flag("forwarded_chain", usual.forwardedChain()),
                section.number("max_connections", usual.maxConnections(), 1, 65535),
                section.duration("keepalive", usual.keepalive(), Duration.ZERO, Duration.ofHours(1)),
                section.word("request_buffering", usual.requestBuffering(), BUFFERING),
                authorizations.read(section.find("authorization")),
                AppHeadersReader.read(section.find("headers")),
                replacedPath(section.find("replace_path"), path));
        return urls.isEmpty() ? null : settings;
    }

    private static List<AppUrl> where(Section section) {
        Setting one = section.find("url");
        Setting several = section.find("urls");
        if (one != null && several != null) {
            several.errorAtKey("cannot stand beside url; write all of them here");
        }
        if (one == null && several == null) {
            section.missing("url", MISSING);
            return List.of();
        }
        AppUrl url = one == null ? null : one.as(AppUrl::parse);
        List<AppUrl> urls = several == null ? List.of() : urls(several);
        return url == null ? urls : List.of(url);
    }

    /** The URLs of a list, or a single one; empty if one is wrong. */
    private static List<AppUrl> urls(Setting setting) {
        List<Setting> items = setting.oneOrMore();
        if (items.isEmpty()) {
            setting.error("is empty; write where the app is, such as \"http://127.0.0.1:5050\"");
        }
        Map<AppUrl, Setting> seen = new LinkedHashMap<>();
        boolean wrong = false;
        for (Setting item : items) {
            AppUrl url = item.as(AppUrl::parse);
            Setting earlier = url == null ? null : seen.putIfAbsent(url, item);
            if (earlier != null) {
                item.error("is the same as " + earlier.name());
            }
            wrong |= url == null;
        }
        return wrong ? List.of() : List.copyOf(seen.keySet());
    }

    private static @Nullable ReplacedPath replacedPath(@Nullable Setting setting, @Nullable String path) {
        if (setting == null) {
            return null;
        }
        if (path == null) {
            setting.errorAtKey(
                    "takes the place of a location's path; write it in a location with match: prefix or exact,"
                            + " such as path: /");
            return null;
        }
        String to = setting.as(UpstreamReader::replacingPath);
        if (to != null && path.endsWith("/") && !to.endsWith("/")) {
            setting.warning("\"" + to + "\" has no slash at its end, so that " + path + "x becomes " + to + "x; did you"
                    + " mean " + to + "/?");
        }
        return to == null ? null : ReplacedPath.of(path, to);
    }

    /** What is sent as it stands, and means the same to every server. */
    private static String replacingPath(String text) {
        String quoted = "\"" + text + "\"";
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(quoted + " does not begin with a slash; write such as /app/");
        }
        String canonical = LocationPath.canonical(text);
        String wanted = ReplacedPath.encoded(canonical);
        boolean ambiguous = canonical.indexOf('%') >= 0 || canonical.indexOf(';') >= 0 || canonical.indexOf('?') >= 0;
        if (ambiguous || !canonical.equals(LocationPath.canonical(wanted))) {
            throw new IllegalArgumentException(
                    quoted + " is more than a path; leave out what no plain path has: %, ; and ?");
        }
        if (!text.equals(wanted)) {
            throw new IllegalArgumentException(quoted + " is not how servers have it; did you mean " + wanted + "?");
        }
        return text;
    }

    private static String hostHeader(@Nullable Setting setting, String usual) {
        String host = setting == null ? usual : setting.as(UpstreamReader::hostHeader);
        return host == null ? usual : host;
    }

    private static String hostHeader(String text) {
        List<String> words = List.of(UpstreamSettings.CLIENT_HOST, UpstreamSettings.UPSTREAM_HOST);
        if (words.contains(text)) {
            return text;
        }
        String near = Spelling.nearest(text, words);
        if (near != null) {
            throw new IllegalArgumentException("\"" + text + "\" is not known here; did you mean " + near + "?");
        }
        if (!AppUrl.isAuthority(text)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no host; write client, upstream, or a name such as app.example.com:8080");
        }
        return text;
    }
}

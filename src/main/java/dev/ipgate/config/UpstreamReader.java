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
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration KEEPALIVE = Duration.ofMillis(1500);
    private static final int MAX_CONNECTIONS = 512;

    private static final Map<String, RequestBuffering> BUFFERING =
            Map.of("off", RequestBuffering.OFF, "chunked", RequestBuffering.CHUNKED, "all", RequestBuffering.ALL);

    private static final String MISSING = "is missing; write where the app is, such as \"http://127.0.0.1:5050\"";
    private static final AppUrl UNKNOWN = new AppUrl(false, "localhost", 80);

    private final AppTlsReader tls;
    private final AppAuthorizationReader authorizations;

    /** @param conf the conf file, beside which file names are looked up */
    UpstreamReader(Path conf) {
        tls = new AppTlsReader(conf);
        authorizations = new AppAuthorizationReader(conf);
    }

    /** The app, or null if its URL is missing or wrong. */
    @Nullable
    UpstreamSettings read(Setting setting) {
        if (setting.peek() != null || setting.isList()) {
            List<AppUrl> urls = urls(setting);
            return urls.isEmpty()
                    ? null
                    : new UpstreamSettings(
                            urls,
                            AppTls.DEFAULT,
                            CONNECT_TIMEOUT,
                            RESPONSE_TIMEOUT,
                            UpstreamSettings.CLIENT_HOST,
                            false,
                            false,
                            MAX_CONNECTIONS,
                            KEEPALIVE,
                            RequestBuffering.OFF,
                            AppAuthorization.KEEP);
        }
        Section section = setting.section(Keys.UPSTREAM);
        return section == null ? null : table(section);
    }

    private @Nullable UpstreamSettings table(Section section) {
        List<AppUrl> urls = where(section);
        boolean anyTls = urls.isEmpty() || urls.stream().anyMatch(AppUrl::tls);
        UpstreamSettings settings = new UpstreamSettings(
                urls.isEmpty() ? List.of(UNKNOWN) : urls, // the other keys are read all the same
                tls.read(section.find("tls"), anyTls),
                section.duration("connect_timeout", CONNECT_TIMEOUT, MILLISECOND, DAY),
                section.duration("response_timeout", RESPONSE_TIMEOUT, MILLISECOND, DAY),
                hostHeader(section.find("host_header")),
                section.word("origin", false, Map.of("client", false, "upstream", true)),
                section.flag("forwarded_chain", false),
                section.number("max_connections", MAX_CONNECTIONS, 1, 65535),
                section.duration("keepalive", KEEPALIVE, Duration.ZERO, Duration.ofHours(1)),
                section.word("request_buffering", RequestBuffering.OFF, BUFFERING),
                authorizations.read(section.find("authorization")));
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

    private static String hostHeader(@Nullable Setting setting) {
        String host = setting == null ? UpstreamSettings.CLIENT_HOST : setting.as(UpstreamReader::hostHeader);
        return host == null ? UpstreamSettings.CLIENT_HOST : host;
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

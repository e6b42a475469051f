package dev.ipgate.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code upstream}: the app's URL, or a table with the URL and how the app is spoken to. */
final class UpstreamReader {

    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration KEEPALIVE = Duration.ofMillis(1500);
    private static final int MAX_CONNECTIONS = 512;

    private static final Map<String, RequestBuffering> BUFFERING =
            Map.of("off", RequestBuffering.OFF, "chunked", RequestBuffering.CHUNKED, "all", RequestBuffering.ALL);

    private UpstreamReader() {}

    /** The app, or null if its URL is missing or wrong. */
    static @Nullable UpstreamSettings read(Setting setting) {
        if (setting.peek() != null) {
            UpstreamUrl url = setting.as(UpstreamUrl::parse);
            return url == null
                    ? null
                    : new UpstreamSettings(
                            url.host(),
                            url.port(),
                            CONNECT_TIMEOUT,
                            RESPONSE_TIMEOUT,
                            UpstreamSettings.CLIENT_HOST,
                            false,
                            false,
                            MAX_CONNECTIONS,
                            KEEPALIVE,
                            RequestBuffering.OFF);
        }
        Section section = setting.section(Keys.UPSTREAM);
        return section == null ? null : table(section);
    }

    private static @Nullable UpstreamSettings table(Section section) {
        Setting text = section.find("url");
        if (text == null) {
            section.missing("url", "is missing; write where the app is, such as \"http://127.0.0.1:5050\"");
        }
        UpstreamUrl url = text == null ? null : text.as(UpstreamUrl::parse);
        UpstreamUrl place =
                url == null ? new UpstreamUrl("localhost", 80) : url; // the other keys are read all the same
        UpstreamSettings settings = new UpstreamSettings(
                place.host(),
                place.port(),
                section.duration("connect_timeout", CONNECT_TIMEOUT, MILLISECOND, DAY),
                section.duration("response_timeout", RESPONSE_TIMEOUT, MILLISECOND, DAY),
                hostHeader(section.find("host_header")),
                section.word("origin", false, Map.of("client", false, "upstream", true)),
                section.flag("forwarded_chain", false),
                section.number("max_connections", MAX_CONNECTIONS, 1, 65535),
                section.duration("keepalive", KEEPALIVE, Duration.ZERO, Duration.ofHours(1)),
                section.word("request_buffering", RequestBuffering.OFF, BUFFERING));
        return url == null ? null : settings;
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
        if (!UpstreamUrl.isAuthority(text)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no host; write client, upstream, or a name such as app.example.com:8080");
        }
        return text;
    }
}

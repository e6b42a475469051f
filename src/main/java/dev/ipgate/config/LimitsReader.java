package dev.ipgate.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads {@code limits}. */
final class LimitsReader {

    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);

    private static final LimitSettings DEFAULTS = new LimitSettings(
            LimitSettings.UNLIMITED,
            32 << 10,
            Duration.ofSeconds(10),
            Duration.ofSeconds(75),
            Duration.ofHours(1),
            10_000,
            1_000,
            2L << 30);

    private LimitsReader() {}

    static LimitSettings read(@Nullable Setting setting) {
        Section section = setting == null ? null : setting.section(Keys.LIMITS);
        if (section == null) {
            return DEFAULTS;
        }
        return new LimitSettings(
                requestBody(section),
                (int) section.size("header_bytes", DEFAULTS.headerBytes(), 1 << 10, 1 << 20),
                section.duration("request_head_timeout", DEFAULTS.requestHeadTimeout(), MILLISECOND, DAY),
                section.duration("idle_timeout", DEFAULTS.idleTimeout(), MILLISECOND, DAY),
                section.duration("stream_idle_timeout", DEFAULTS.streamIdleTimeout(), MILLISECOND, Duration.ofDays(7)),
                section.number("connections", DEFAULTS.connections(), 1, 1_000_000),
                section.number("connections_per_client", DEFAULTS.connectionsPerClient(), 1, 1_000_000),
                section.size("spool", DEFAULTS.spool(), 64 << 10, 1L << 50));
    }

    private static long requestBody(Section section) {
        Setting setting = section.find("request_body");
        String text = setting == null ? null : setting.peek();
        if ("unlimited".equals(text)) {
            return LimitSettings.UNLIMITED;
        }
        if (setting != null && ("0".equals(text) || "off".equals(text) || "none".equals(text))) {
            setting.error("\"" + text + "\" could mean no body or no limit; write unlimited, or a size such as 10MB");
            return LimitSettings.UNLIMITED;
        }
        return section.size("request_body", LimitSettings.UNLIMITED, 1, 1L << 50);
    }
}

package dev.ipgate.config;

import dev.ipgate.config.AccessLogSettings.Format;
import dev.ipgate.config.AccessLogSettings.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code access_log}. */
final class AccessLogReader {

    private AccessLogReader() {}

    static AccessLogSettings read(@Nullable Setting setting, Path conf) {
        String text = setting == null ? null : setting.peek();
        if (setting == null || (text != null && !text.isEmpty())) {
            return word(setting, text);
        }
        Section section = setting.section(Keys.ACCESS_LOG);
        if (section == null) {
            return new AccessLogSettings(Format.COMBINED, Target.STDOUT, null);
        }
        Format format =
                section.word("format", Format.COMBINED, Map.of("combined", Format.COMBINED, "json", Format.JSON));
        return target(format, section.find("to"), conf);
    }

    private static AccessLogSettings word(@Nullable Setting setting, @Nullable String text) {
        boolean off = "off".equals(text);
        if (setting != null && !off) {
            setting.error("\"" + text + "\" is not known here; write off, or {format: combined, to: stdout}");
        }
        return new AccessLogSettings(Format.COMBINED, off ? Target.OFF : Target.STDOUT, null);
    }

    private static AccessLogSettings target(Format format, @Nullable Setting to, Path conf) {
        String text = to == null ? "stdout" : to.text();
        if (to == null || text == null || text.equals("stdout")) {
            return new AccessLogSettings(format, Target.STDOUT, null);
        }
        if (text.equals("off")) {
            return new AccessLogSettings(format, Target.OFF, null);
        }
        if (Spelling.nearest(text, List.of("stdout", "stderr")) != null) {
            to.error("\"" + text + "\" is not known here; write stdout, off or a file");
            return new AccessLogSettings(format, Target.STDOUT, null);
        }
        Path file = to.as(name -> ConfPath.resolve(conf, name));
        return new AccessLogSettings(format, file == null ? Target.STDOUT : Target.FILE, file);
    }
}

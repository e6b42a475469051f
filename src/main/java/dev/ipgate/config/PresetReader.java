package dev.ipgate.config;

import dev.ipgate.config.LocationSettings.Match;
import dev.ipgate.policy.Action;
import dev.ipgate.policy.Satisfy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code preset}: the name of an app that the gate knows, or a table with it and what differs from the usual. */
final class PresetReader {

    private static final String MLFLOW = "mlflow";
    private static final String NOTE = "preset: " + MLFLOW;
    private static final String APP = "http://127.0.0.1:5050";

    private PresetReader() {}

    /** @param auth how the site asks for a password, or null */
    static SitePreset read(@Nullable Setting setting, @Nullable AuthSettings auth) {
        if (setting == null) {
            return SitePreset.NONE;
        }
        if (!setting.isTable()) {
            return setting.as(PresetReader::name) == null ? SitePreset.NONE : mlflow(setting, "", auth);
        }
        Section section = setting.section(Keys.PRESET);
        Setting name = section == null ? null : section.find("name");
        if (section == null) {
            return SitePreset.NONE;
        }
        if (name == null) {
            section.missing("name", "is missing; write name: mlflow");
        } else {
            name.as(PresetReader::name);
        }
        Setting prefix = section.find("static_prefix");
        String staticPrefix = prefix == null ? null : prefix.as(PresetReader::staticPrefix);
        return mlflow(setting, staticPrefix == null ? "" : staticPrefix, auth);
    }

    private static String name(String text) {
        if (!text.equals(MLFLOW)) {
            throw new IllegalArgumentException("\"" + text + "\" is not known here"
                    + Spelling.hint(text, List.of(MLFLOW), "; the one preset is mlflow"));
        }
        return text;
    }

    /** A path as MLflow's {@code --static-prefix} has it: a slash in front and none at the end. */
    private static String staticPrefix(String text) {
        String tidy = LocationPath.canonical("/" + text);
        String wanted = tidy.endsWith("/") ? tidy.substring(0, tidy.length() - 1) : tidy;
        if (!text.equals(wanted) || text.isEmpty()) {
            throw new IllegalArgumentException("\"" + text + "\" is no path as MLflow's --static-prefix has it; "
                    + (wanted.isEmpty() ? "leave the key out" : "did you mean " + wanted + "?"));
        }
        return text;
    }

    /**
     * MLflow as it is from 2.22 on. Its assistant can run programs on the server and takes whoever is "localhost" for its
     * owner, so nobody else gets there, whatever rules and passwords say. {@code /health} tells nothing but that it lives.
     */
    private static SitePreset mlflow(Setting setting, String staticPrefix, @Nullable AuthSettings auth) {
        List<LocationSettings> locations = new ArrayList<>();
        for (String root : staticPrefix.isEmpty() ? List.of("") : List.of("", staticPrefix)) {
            for (String api : List.of("/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0")) {
                locations.add(onlyFromHere(root + api + "/mlflow/assistant", setting, auth));
            }
        }
        locations.add(open(staticPrefix + "/health", setting));
        return new SitePreset(upstream(), true, List.copyOf(locations), staticPrefix);
    }

    /** MLflow answers only to its own name, and stores nothing of an upload in chunks. */
    private static UpstreamSettings upstream() {
        UpstreamSettings usual = UpstreamReader.DEFAULTS;
        return new UpstreamSettings(
                List.of(AppUrl.parse(APP)),
                usual.tls(),
                usual.connectTimeout(),
                usual.responseTimeout(),
                UpstreamSettings.UPSTREAM_HOST,
                true,
                usual.forwardedChain(),
                usual.maxConnections(),
                usual.keepalive(),
                RequestBuffering.CHUNKED,
                usual.authorization(),
                usual.headers(),
                usual.replacedPath());
    }

    /** A prefix for this machine alone, and of those here for whom the site lets in. */
    private static LocationSettings onlyFromHere(String path, Setting setting, @Nullable AuthSettings auth) {
        List<RuleSettings> before = rules(Action.DENY, new Whom.AllButLoopback(setting.at()), setting);
        return new LocationSettings(
                path,
                Match.PREFIX,
                true,
                false,
                auth,
                Satisfy.ALL,
                before,
                null,
                null,
                List.of(),
                NOTE,
                setting.name(),
                setting.at());
    }

    private static LocationSettings open(String path, Setting setting) {
        List<RuleSettings> rules = rules(Action.ALLOW, new Whom.Everyone(setting.at()), setting);
        return new LocationSettings(
                path,
                Match.EXACT,
                false,
                false,
                null,
                Satisfy.ALL,
                List.of(),
                rules,
                null,
                List.of(),
                NOTE,
                setting.name(),
                setting.at());
    }

    private static List<RuleSettings> rules(Action action, Whom whom, Setting setting) {
        return List.of(new RuleSettings(
                action, List.of(whom), Set.of(), null, null, false, null, null, setting.name(), setting.at()));
    }
}

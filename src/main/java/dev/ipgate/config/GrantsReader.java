package dev.ipgate.config;

import dev.ipgate.config.GrantsSettings.Page;
import dev.ipgate.config.Settings.GroupSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code grants}, and adds the group that they fill to those of the conf file. */
final class GrantsReader {

    private static final Duration LASTS = Duration.ofHours(12);
    private static final Duration MAX = Duration.ofDays(7);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final String PATH = "(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*|/\\.[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+";
    private static final int LONGEST_PATH = 100;

    private final @Nullable Setting setting;
    private final @Nullable Path state;

    /**
     * Makes a reader.
     *
     * @param setting the key, or null if it is not there
     * @param state the folder for what outlives a restart, or null for none
     */
    GrantsReader(@Nullable Setting setting, @Nullable Path state) {
        this.setting = setting == null || "off".equals(setting.peek()) ? null : setting;
        this.state = state;
    }

    /** Whether there are grants, however wrong what is said of them. */
    boolean areOn() {
        return setting != null;
    }

    /** The groups of the conf file, and the one of the grants if they are on. */
    Map<String, GroupSettings> with(Map<String, GroupSettings> groups) {
        if (setting == null) {
            return groups;
        }
        Map<String, GroupSettings> all = new LinkedHashMap<>(groups);
        GroupSource source = state == null ? null : new GroupSource.Granted(state);
        all.put(GrantsSettings.GROUP, new GroupSettings(List.of(), source, setting.at()));
        return Collections.unmodifiableMap(all);
    }

    /**
     * What the key says; null if grants are off, or if it is wrong.
     *
     * @param auths reads users files
     * @param rules has read all rules: grants that none of them lets in are a mistake, as people would think that they had
     *     let somebody in
     * @param listen where requests come in
     */
    @Nullable
    GrantsSettings read(
            AuthReader auths, RulesReader rules, List<ListenSettings> listen, ClientAddressSettings clientAddress) {
        if (setting == null) {
            return null;
        }
        if (!rules.letGrantedIn()) {
            setting.errorAtKey("let nobody in, as no rule says so; write - allow: granted among the rules, above"
                    + " whatever denies everybody");
        }
        if (state == null) {
            setting.errorAtKey(
                    "need a folder that keeps them when the gate is restarted; write state: /var/lib/ipgate beside");
        }
        Section section = "on".equals(setting.peek()) ? null : setting.section(Keys.GRANTS);
        Path folder = Objects.requireNonNullElse(state, Path.of("")); // whose lack has been reported
        if (section == null) { // it is on, or what it says has been reported
            return new GrantsSettings(LASTS, MAX, folder, null, setting.at());
        }
        Duration max = section.duration("max", MAX, SHORTEST, LONGEST);
        Duration lasts = section.duration("for", shorter(LASTS, max), SHORTEST, LONGEST);
        if (lasts.compareTo(max) > 0) {
            section.error("has for: " + Durations.format(lasts) + ", which is longer than max: " + Durations.format(max)
                    + "; lower one or raise the other");
        }
        boolean https =
                !clientAddress.trustedProxies().isEmpty() || listen.stream().anyMatch(one -> one.tls() != null);
        return new GrantsSettings(lasts, max, folder, page(section, auths, https), setting.at());
    }

    private static @Nullable Page page(Section section, AuthReader auths, boolean https) {
        Setting page = section.find("page");
        Setting users = section.find("users_file");
        Setting attempts = section.find("attempts");
        if (page == null || "off".equals(page.peek())) {
            for (Setting stray : new Setting[] {users, attempts}) {
                if (stray != null) {
                    stray.errorAtKey("is for the sign-in page, and there is none; write page: /.ipgate/in beside");
                }
            }
            return null;
        }
        if (users == null && attempts != null) {
            attempts.errorAtKey("is about passwords, and nobody has one here without users_file; write that beside");
        }
        String path = page.as(GrantsReader::path);
        AuthSettings auth = users == null ? null : auths.readForm(section, users);
        if (path != null && !https) {
            page.warning("\"" + path + "\" answers over https alone, which nothing here speaks: neither has a"
                    + " listener tls, nor is there a trusted proxy to say so");
        }
        return path == null ? null : new Page(path, auth);
    }

    private static String path(String text) {
        if (!text.matches(PATH) || text.length() > LONGEST_PATH) {
            throw new IllegalArgumentException("\"" + text + "\" is no path for a page: write such as /.ipgate/in, of"
                    + " letters, digits and - . _ ~ between slashes, which means nothing to the app");
        }
        return text;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

package dev.ipgate.config;

import dev.ipgate.auth.AttemptLimit;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code auth}, and the users files that it names, each once. */
final class AuthReader {

    private static final int LONGEST_REALM = 100; // characters
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110 section 5.6.2
    private static final String FORWARDED = "x-forwarded-";
    private static final String FORWARDED_USER = "x-forwarded-user"; // which names nobody's address

    /** What frames a message, names the client or proves who it is: a user's name there would be read as such. */
    private static final Set<String> TAKEN = Set.of(
            "authorization",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "cookie",
            "date",
            "expect",
            "forwarded",
            "host",
            "http2-settings",
            "keep-alive",
            "origin",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "referer",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "via",
            "www-authenticate",
            "x-real-ip");

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Path conf;
    private final String clientHeader;
    private final Problems problems;
    private final Map<Path, UsersFile> read = new HashMap<>();

    /**
     * Makes a reader.
     *
     * @param conf the conf file, beside which users files are looked up
     * @param clientHeader the header that names the client's address
     * @param problems takes what is wrong in users files
     */
    AuthReader(Path conf, String clientHeader, Problems problems) {
        this.conf = conf;
        this.clientHeader = clientHeader;
        this.problems = problems;
    }

    /** What {@code auth} says; null if something is wrong with it, which has been reported. */
    @Nullable
    AuthSettings read(Setting setting) {
        Section section = setting.section(Keys.AUTH);
        if (section == null) {
            return null;
        }
        String realm = section.has("realm") ? realm(section) : AuthSettings.DEFAULT_REALM;
        Setting file = section.find("users_file");
        if (file == null) {
            section.missing("users_file", "is missing, so nobody could log in; make one with: ipgate passwd FILE USER");
        }
        UsersFile users = file == null ? null : usersFile(file);
        Setting header = section.find("user_header");
        String userHeader = header == null ? null : header.as(this::userHeader);
        AttemptLimit attempts = attempts(section.find("attempts"));
        return realm == null || users == null || (header != null && userHeader == null)
                ? null
                : new AuthSettings(realm, users, userHeader, attempts, setting.name(), setting.at());
    }

    /**
     * The same for a form, which has no use for a realm or a header; null if something is wrong, which has been reported.
     *
     * @param section has {@code attempts}, perhaps
     */
    @Nullable
    AuthSettings readForm(Section section, Setting file) {
        UsersFile users = usersFile(file);
        AttemptLimit attempts = attempts(section.find("attempts"));
        return users == null
                ? null
                : new AuthSettings(AuthSettings.DEFAULT_REALM, users, null, attempts, file.name(), file.at());
    }

    private static @Nullable String realm(Section section) {
        Setting setting = section.find("realm");
        return setting == null ? null : setting.as(AuthReader::realm);
    }

    private static String realm(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("is empty; write what the browser shall show, such as MLflow");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("has a control character");
        }
        if (text.length() > LONGEST_REALM) {
            throw new IllegalArgumentException("is longer than " + LONGEST_REALM + " characters");
        }
        return text;
    }

    private @Nullable UsersFile usersFile(Setting setting) {
        Path path = setting.as(text -> ConfPath.resolve(conf, text));
        if (path == null) {
            return null;
        }
        UsersFile known = read.get(path);
        if (known != null) {
            return known;
        }
        try {
            UsersFile file = UsersFile.read(path, problems);
            read.put(path, file);
            return file;
        } catch (IOException e) {
            setting.error(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private String userHeader(String text) {
        if (!text.matches(TOKEN)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no header name; write such as X-Remote-User, without a colon");
        }
        String name = canonical(text);
        boolean forwarding = name.startsWith(FORWARDED) && !name.equals(FORWARDED_USER);
        if (forwarding || TAKEN.contains(name) || name.equals(canonical(clientHeader))) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" means something else to apps and to the gate; write a name of its own, such as X-Remote-User");
        }
        return text;
    }

    /** Servers that make variables of headers tell neither case nor these characters apart. */
    private static String canonical(String header) {
        return header.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
    }

    private static AttemptLimit attempts(@Nullable Setting setting) {
        AttemptLimit defaults = AttemptLimit.DEFAULT;
        Section section = setting == null ? null : setting.section(Keys.AUTH_ATTEMPTS);
        return section == null
                ? defaults
                : new AttemptLimit(
                        section.number("failures", defaults.failures(), 1, 1000),
                        section.duration("window", defaults.window(), SECOND, DAY),
                        section.duration("delay", defaults.delay(), Duration.ZERO, MINUTE),
                        section.duration("hold", defaults.hold(), SECOND, DAY));
    }
}

package dev.ipgate.config;

import dev.ipgate.config.GroupSource.DnsName;
import dev.ipgate.config.GroupSource.GeoIp;
import dev.ipgate.config.GroupSource.ListFile;
import dev.ipgate.config.GroupSource.UrlList;
import dev.ipgate.problem.Position;
import dev.ipgate.tls.Pem;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what fills a group from outside: a table with one of {@code file}, {@code host}, {@code url}, {@code preset}, {@code geoip}. */
final class GroupSourceReader {

    /** What there is to read, and where it stands in the conf file. */
    record Found(GroupSource source, Position at) {}

    /** The five kinds, by the key that each must have, and the keys that may stand beside it. */
    private static final Map<String, Set<String>> BESIDE = Map.of(
            "file", Set.of(),
            "host", Set.of("refresh", "max_stale", "ipv6_prefix", "allow_private"),
            "url", Set.of("refresh", "max_stale", "format", "path", "max_shrink", "ca_file", "allow_private"),
            "preset", Set.of("refresh", "max_stale", "max_shrink", "ca_file"),
            "geoip", Set.of("countries", "asn"));

    private static final List<String> KINDS = List.of("file", "host", "url", "preset", "geoip");

    /** ISO 3166-1, and Kosovo's code, which databases have though the standard has not. */
    private static final Set<String> COUNTRIES =
            Stream.concat(Stream.of("XK"), Stream.of(Locale.getISOCountries())).collect(Collectors.toUnmodifiableSet());

    private static final long LAST_SYSTEM = 4_294_967_295L; // RFC 6793
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration LONGEST_STALE = Duration.ofDays(365);

    private final Path conf;
    private final List<InetSocketAddress> servers;

    /** @param servers whom to ask for names; empty for those of the system */
    GroupSourceReader(Path conf, List<InetSocketAddress> servers) {
        this.conf = conf;
        this.servers = List.copyOf(servers);
    }

    /** One source, or one for each name of a list: each name has an age of its own. Empty if it is bad. */
    List<Found> read(Section section) {
        List<String> kinds = KINDS.stream().filter(section::has).toList();
        if (kinds.isEmpty()) {
            section.missing(
                    "file",
                    "is missing; write {file: NAME}, {host: NAME}, {url: URL}, {preset: NAME} or {geoip: FILE, countries: [..]}, or a"
                            + " list of addresses");
            return List.of();
        }
        if (kinds.size() > 1) {
            section.error(
                    "has " + String.join(" and ", kinds) + "; make a group of each, and one that holds them: [a, b]");
            return List.of();
        }
        String kind = kinds.get(0);
        refuseStrays(section, kind);
        Setting value = section.find(kind);
        return value == null
                ? List.of()
                : switch (kind) {
                    case "file" -> file(value);
                    case "host" -> names(section, value);
                    case "url" -> url(section, value);
                    case "geoip" -> geoIp(section, value);
                    default -> preset(section, value);
                };
    }

    private static void refuseStrays(Section section, String kind) {
        Set<String> allowed = BESIDE.getOrDefault(kind, Set.of());
        for (String key : Keys.GROUP.names()) {
            Setting stray = key.equals(kind) || allowed.contains(key) ? null : section.find(key);
            if (stray != null) {
                stray.errorAtKey(whyNot(key, kind));
            }
        }
    }

    private static String whyNot(String key, String kind) {
        if (kind.equals("file") || kind.equals("geoip")) {
            String what = kind.equals("file") ? "a file" : "a database";
            return key.equals("refresh") || key.equals("max_stale")
                    ? "is not for " + what + ", which is read again whenever it changes; leave it out"
                    : "is not for " + what + "; leave it out";
        }
        String where = String.join(
                " or ",
                KINDS.stream()
                        .filter(other -> BESIDE.getOrDefault(other, Set.of()).contains(key))
                        .toList());
        return "is for " + where + ", not for " + kind + "; leave it out";
    }

    private List<Found> file(Setting value) {
        return found(value.as(text -> new ListFile(ConfPath.resolve(conf, text))), value);
    }

    private List<Found> geoIp(Section section, Setting value) {
        Path path = value.as(text -> ConfPath.resolve(conf, text));
        Setting countries = section.find("countries");
        Setting systems = section.find("asn");
        if ((countries == null) == (systems == null)) {
            section.error(
                    "wants either countries, such as [ES, MX], or asn, such as [3352], to say whose addresses these"
                            + " are");
            return List.of();
        }
        Set<String> codes = countries == null ? Set.of() : all(countries, GroupSourceReader::country);
        Set<Long> numbers = systems == null ? Set.of() : all(systems, GroupSourceReader::systemNumber);
        return path == null || (codes.isEmpty() && numbers.isEmpty())
                ? List.of()
                : found(new GeoIp(path, codes, numbers), value);
    }

    private static <T> Set<T> all(Setting setting, Function<String, T> reader) {
        if (setting.isList() && setting.items().isEmpty()) {
            setting.error("is empty, so that nobody would be in the group");
        }
        Set<T> all = new LinkedHashSet<>();
        for (Setting item : setting.oneOrMore()) {
            T one = item.as(reader);
            if (one != null && !all.add(one)) {
                item.warning("\"" + item.peek() + "\" is there twice");
            }
        }
        return all;
    }

    private static String country(String text) {
        String code = text.toUpperCase(Locale.ROOT);
        if (!COUNTRIES.contains(code)) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is no country; write its two letters of ISO 3166-1, such as ES"
                    + (code.equals("UK") ? "; the United Kingdom is GB" : ""));
        }
        return code;
    }

    private static Long systemNumber(String text) {
        String digits = text.regionMatches(true, 0, "AS", 0, 2) ? text.substring(2) : text;
        long number = digits.matches("[0-9]{1,10}") ? Long.parseLong(digits) : 0;
        if (number < 1 || number > LAST_SYSTEM) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no number of an autonomous system; write such as 3352 or AS3352");
        }
        return number;
    }

    private List<Found> names(Section section, Setting value) {
        Duration refresh =
                section.duration("refresh", Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofDays(1));
        Duration maxStale = maxStale(section, refresh, Duration.ofHours(24));
        int ipv6Prefix = section.number("ipv6_prefix", 128, 32, 128);
        boolean allowPrivate = section.flag("allow_private", false);
        if (value.isList() && value.items().isEmpty()) {
            value.error("names no host; write such as home.example.org");
        }
        List<Found> found = new ArrayList<>();
        for (Setting item : value.oneOrMore()) {
            String name = item.as(HostNames::toLookUp);
            if (name != null) {
                found.add(
                        new Found(new DnsName(name, refresh, maxStale, ipv6Prefix, allowPrivate, servers), item.at()));
            }
        }
        return found;
    }

    private List<Found> url(Section section, Setting value) {
        boolean json = section.word("format", false, Map.of("lines", false, "json", true));
        Setting path = section.find("path");
        List<JsonPath> paths = new ArrayList<>();
        if (json && path == null) {
            section.missing(
                    "path",
                    "is missing: it says where in the JSON the addresses are, such as" + " \"prefixes[*].ip_prefix\"");
        } else if (path != null && !json) {
            path.errorAtKey("is for format: json; write that beside it, or leave this out");
        } else if (path != null) {
            if (path.isList() && path.items().isEmpty()) {
                path.error("names no place; write such as \"prefixes[*].ip_prefix\"");
            }
            for (Setting item : path.oneOrMore()) {
                JsonPath one = item.as(JsonPath::parse);
                if (one != null) {
                    paths.add(one);
                }
            }
        }
        boolean allowPrivate = section.flag("allow_private", false);
        URI url = value.as(ListUrl::parse);
        UrlList list = list(section, url == null ? List.of() : List.of(url), paths, allowPrivate);
        return url == null || (json && paths.isEmpty()) ? List.of() : found(list, value);
    }

    private List<Found> preset(Section section, Setting value) {
        KnownList known = value.as(GroupSourceReader::known);
        UrlList list = list(
                section, known == null ? List.of() : known.urls(), known == null ? List.of() : known.paths(), false);
        return known == null ? List.of() : found(list, value);
    }

    private UrlList list(Section section, List<URI> urls, List<JsonPath> paths, boolean allowPrivate) {
        Duration refresh = section.duration("refresh", Duration.ofHours(6), MINUTE, Duration.ofDays(30));
        Duration maxStale = maxStale(section, refresh, Duration.ofDays(7));
        Setting shrink = section.find("max_shrink");
        Integer percent = shrink == null ? null : shrink.as(GroupSourceReader::percent);
        Setting file = section.find("ca_file");
        List<X509Certificate> authorities = file == null
                ? null
                : file.as(text -> Pem.read(ConfPath.resolve(conf, text)).certificates());
        return new UrlList(
                urls,
                paths,
                refresh,
                maxStale,
                percent == null ? 50 : percent,
                authorities == null ? List.of() : authorities,
                allowPrivate);
    }

    /** By default as said, and never so short that two readings that fail would empty the group. */
    private static Duration maxStale(Section section, Duration refresh, Duration usual) {
        Duration several = refresh.multipliedBy(3);
        Duration fallback = several.compareTo(usual) > 0 ? several : usual;
        Duration maxStale = section.duration("max_stale", fallback, MINUTE, LONGEST_STALE);
        Setting written = section.find("max_stale");
        if (written != null && maxStale.compareTo(refresh) < 0) {
            written.error("is shorter than refresh, which is " + Durations.format(refresh)
                    + ", so that nobody would be in the group between two readings; write a longer one");
        }
        return maxStale;
    }

    private static KnownList known(String text) {
        Map<String, KnownList> words = KnownList.words();
        KnownList known = words.get(text);
        if (known == null) {
            throw new IllegalArgumentException("\"" + text + "\" is not known here"
                    + Spelling.hint(
                            text, words.keySet(), "; use " + String.join(", ", words.keySet()) + ", or write url"));
        }
        return known;
    }

    private static int percent(String text) {
        if (!text.endsWith("%")) {
            throw new IllegalArgumentException("\"" + text + "\" is no percentage; write such as 50%");
        }
        return Numbers.parse(text.substring(0, text.length() - 1), 0, 100);
    }

    private static List<Found> found(@Nullable GroupSource source, Setting value) {
        return source == null ? List.of() : List.of(new Found(source, value.at()));
    }
}

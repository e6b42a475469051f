package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.LocationSettings;
import dev.ipgate.config.LocationSettings.Match;
import dev.ipgate.policy.Satisfy;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocationsTest {

    private static final long SEED = 20261123;

    /** Locations as nginx writes them: {@code = /a}, {@code ^~ /a}, {@code ~ ^/a}, {@code ~* ^/a}, {@code /a}. */
    private static Locations<String> compile(Problems problems, String... locations) {
        List<LocationSettings> settings = new ArrayList<>();
        for (String location : locations) {
            int blank = location.startsWith("/") ? -1 : location.indexOf(' ');
            String modifier = blank < 0 ? "" : location.substring(0, blank);
            Match match = switch (modifier) {
                case "=" -> Match.EXACT;
                case "~", "~*" -> Match.REGEX;
                default -> Match.PREFIX;
            };
            settings.add(new LocationSettings(
                    location.substring(blank + 1),
                    match,
                    modifier.equals("^~"),
                    modifier.equals("~*"),
                    null,
                    Satisfy.ALL,
                    List.of(),
                    null,
                    null,
                    List.of(),
                    location,
                    "locations[" + settings.size() + "]",
                    new Position("ipgate.yaml", settings.size() + 1, 1)));
        }
        return Locations.compile(
                "site",
                settings,
                (chain, around) -> String.valueOf(chain.get(chain.size() - 1).note()),
                problems);
    }

    private static Locations<String> compile(String... locations) {
        Problems problems = new Problems();
        Locations<String> compiled = compile(problems, locations);
        problems.throwIfErrors();
        return compiled;
    }

    private static final Locations<String> NGINX = compile(
            "= /",
            "= /exact",
            "/exact",
            "/admin",
            "/admin/deep",
            "^~ /static/",
            "/static/inner/",
            "~ \\.php$",
            "~* \\.PNG$",
            "~ ^/admin/re",
            "~ \\.p",
            "/café");

    @ParameterizedTest(name = "{0} gets {1}")
    @CsvSource(textBlock = """
            # path,                  location
            /,                       = /
            /x,                      site
            /exact,                  = /exact
            /exact/,                 /exact
            /exactly,                /exact
            /admin,                  /admin
            /administrator,          /admin
            /Admin,                  site
            /adm,                    site
            /admin/dee,              /admin
            /admin/deep,             /admin/deep
            /admin/deeper/x,         /admin/deep
            /admin/re,               ~ ^/admin/re
            /admin/x.php,            ~ \\.php$
            /admin/x.php/y,          ~ \\.p
            /x.PnG,                  ~* \\.PNG$
            /x.PHP,                  site
            /static/x.php,           ^~ /static/
            /static/,                ^~ /static/
            /static,                 site
            /static/inner/x.php,     ~ \\.php$
            /static/inner/x,         /static/inner/
            /caf%C3%A9/x,            /café
            //admin,                 /admin
            /x/../admin,             /admin
            /%61dmin,                /admin
            /admin/%2e%2e/exact,     = /exact
            """)
    void choosesAsNginxDoes(String target, String location) {
        assertThat(NGINX.choose(RequestPath.of(target))).isEqualTo(location);
    }

    @ParameterizedTest(name = "{0} gets {1}")
    @CsvSource(nullValues = "-", textBlock = """
            # target,                   location; - where readings differ
            /a/..%2fadmin,              -
            /a/..%5cadmin,              -
            /a\\..\\admin,              -
            /a/%252e%252e/admin,        -
            /%2561dmin,                 -
            /a/..;/admin,               -
            /a/..%3b/admin,             -
            /admin;x,                   /admin
            /exact;x,                   -
            /a//../admin,               -
            /admin/a%2Fb,               /admin
            /admin/a%5Cb;c,             /admin
            /admin/..%2fadmin/x,        /admin
            /x/a%2Fb,                   site
            /a%2fadmin,                 site
            %20,                        -
            """)
    void choosesOnlyWhereAllReadingsAgree(String target, @Nullable String location) {
        RequestPath path = RequestPath.of(target);

        assertThat(path.problem() == null ? NGINX.choose(path) : null).isEqualTo(location);
    }

    @Test
    void withoutLocationsEveryPathGetsTheSite() {
        Locations<String> none = compile();

        assertThat(none.choose("/")).isEqualTo("site");
        assertThat(none.choose(RequestPath.of("/a/..%2fadmin"))).isEqualTo("site");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(quoteCharacter = '|', textBlock = """
            # location,          problem
            admin,               "admin" can never match; a path begins with "/"
            = admin,             "admin" can never match; a path begins with "/"
            //admin,             "//admin" can never match; dot segments are resolved and slashes merged before paths are compared
            /a/../b,             "/a/../b" can never match; dot segments are resolved and slashes merged before paths are compared
            = /a/.,              "/a/." can never match; dot segments are resolved and slashes merged before paths are compared
            = /a//,              "/a//" can never match; dot segments are resolved and slashes merged before paths are compared
            /a//,                "/a//" can never match; dot segments are resolved and slashes merged before paths are compared
            = /..,               "/.." can never match; dot segments are resolved and slashes merged before paths are compared
            ~ (,                 "(" is no regular expression of RE2: missing closing )
            ~ (?=a),             "(?=a)" is no regular expression of RE2: invalid or unsupported Perl syntax; RE2 has no look-around and no back-references
            /a%20b,              "/a%20b" is compared with paths that are decoded; did you mean "/a b"?
            """)
    void reportsWhatCouldNeverBeChosen(String location, String problem) {
        Problems problems = new Problems();

        compile(problems, location);

        assertThat(everything(problems))
                .singleElement()
                .asString()
                .contains("locations[0].path: ")
                .contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"= /a", "/a", "^~ /a"})
    void reportsALocationThatIsThereTwice(String location) {
        Problems problems = new Problems();

        compile(problems, location, location);

        assertThat(everything(problems))
                .singleElement()
                .asString()
                .contains("locations[1].path: \"/a\" has a location already");
    }

    @Test
    void aPrefixMayEndWithinASegmentThatBeginsWithADot() {
        assertThat(compile("/a/.", "/..").choose("/a/.git")).isEqualTo("/a/.");
        assertThat(compile("/a/.", "/..").choose("/..x")).isEqualTo("/..");
    }

    private static List<Problem> everything(Problems problems) {
        try {
            problems.throwIfErrors();
            return problems.warnings();
        } catch (ConfigException e) {
            return e.problems();
        }
    }

    @Test
    void findsTheSamePrefixAsAScan() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            TreeSet<String> prefixes = new TreeSet<>();
            for (int i = random.nextInt(20); i > 0; i--) {
                prefixes.add(text(random));
            }
            PrefixTable<String> table = new PrefixTable<>(prefixes.stream()
                    .map(prefix -> new PrefixTable.Entry<>(prefix, false, prefix))
                    .toList());
            for (int i = 0; i < 50; i++) {
                String path = text(random);
                String longest = null;
                for (String prefix : prefixes) {
                    if (path.startsWith(prefix) && (longest == null || prefix.length() > longest.length())) {
                        longest = prefix;
                    }
                }
                PrefixTable.Entry<String> found = table.longest(path);
                assertThat(found == null ? null : found.prefix())
                        .as("%s in %s, seed %d", path, prefixes, SEED)
                        .isEqualTo(longest);
            }
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder("/");
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append("/aab".charAt(random.nextInt(4)));
        }
        return text.toString();
    }

    @Test
    void aPathThatIsFoundExactlyIsFoundHoweverItIsEncoded() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            RequestPath path = RequestPath.of(RequestPathTest.target(random));
            if (path.problem() != null) {
                continue;
            }
            Locations<String> exact = compile("= " + path.canonical(), "/", "~ a");
            String again = RequestPathTest.encoded(path.canonical(), random);

            RequestPath read = RequestPath.of(again);
            if (read.readings().size() == 1) {
                assertThat(exact.choose(read)).as("%s, seed %d", again, SEED).isEqualTo("= " + path.canonical());
            } else { // what was encoded twice, or follows a semicolon, has other readings still
                assertThat(path.readings()).as("%s, seed %d", again, SEED).hasSizeGreaterThan(1);
                assertThat(exact.choose(read)).as("%s, seed %d", again, SEED).isNull();
            }
        }
    }
}

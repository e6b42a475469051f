package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {

    private static final long SEED = 20261123;

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            # target,                  canonical
            /,                         /
            //,                        /
            ///,                       /
            /admin,                    /admin
            /admin/,                   /admin/
            //admin,                   /admin
            /admin//,                  /admin/
            /./admin,                  /admin
            /admin/.,                  /admin/
            /.,                        /
            /a/..,                     /
            /a/b/..,                   /a/
            /a/b/../c,                 /a/c
            /api/../admin,             /admin
            /a//b/../c,                /a/c
            /a/./b/./../c/.,           /a/c/
            /.hidden,                  /.hidden
            /..hidden,                 /..hidden
            /a...,                     /a...
            /.../a,                    /.../a
            /a./b../c,                 /a./b../c
            /a?x=/../b,                /a
            /?,                        /
            /a/../b?c,                 /b
            /%61dmin,                  /admin
            /%61%64%6D%69%6e,          /admin
            /a%20b,                    /a b
            /%2e%2e%61,                /..a
            /x/%2e%2e/admin,           /admin
            /x/%2E./admin,             /admin
            /x/.%2e/admin,             /admin
            /%2e/admin,                /admin
            /a%3Fb%23c,                /a?b#c
            /100%25,                   /100%
            /caf%C3%A9,                /café
            /caf%c3%a9/%E6%97%A5,      /café/日
            /café,                     /café
            /%F0%9F%98%80,             /😀
            """)
    void hasOneReading(String target, String canonical) {
        RequestPath path = RequestPath.of(target);

        assertThat(path.problem()).isNull();
        assertThat(path.canonical()).isEqualTo(canonical);
        assertThat(path.readings()).containsExactly(canonical);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            # target,                        readings, nginx's first
            /a/..%2fadmin,                   /admin /a/..%2Fadmin
            /a%2Fb,                          /a/b /a%2Fb
            /a/..%5cadmin,                   /a/..\\admin /admin
            /a\\..\\admin,                   /a\\..\\admin /admin
            /a\\b,                           /a\\b /a/b
            /x/%252e%252e/admin,             /x/%2e%2e/admin /admin
            /x/%25252e%25252e/admin,         /x/%252e%252e/admin /x/%2e%2e/admin /admin
            /%2561dmin,                      /%61dmin /admin
            /a%252Fb,                        /a%2Fb /a/b
            /admin;x,                        /admin;x /admin
            /admin;x/y;z=1/,                 /admin;x/y;z=1/ /admin/y/
            /admin%3Bx,                      /admin;x /admin
            /a/..;/admin,                    /a/..;/admin /admin
            /a/..;x=y/admin,                 /a/..;x=y/admin /admin
            /a/.;/admin,                     /a/.;/admin /a/admin
            /a/;/admin,                      /a/;/admin /a/admin
            /a//../b,                        /b /a/b
            /100%25%2525,                    /100%%25 /100%%
            """)
    void hasAReadingForEveryWayThatServersTakeIt(String target, String readings) {
        RequestPath path = RequestPath.of(target);
        List<String> expected = List.of(readings.split(" "));

        assertThat(path.problem()).isNull();
        assertThat(path.canonical()).isEqualTo(expected.get(0));
        assertThat(path.readings()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            # target,                  reading
            /a;%2F..%2Fadmin,          /admin
            /a;%2F..%2Fadmin,          /a
            /a/b%5c..%5c..%2fadmin,    /admin
            /a/%252e%252e%255cadmin,   /admin
            /a/%2e%2e;x/admin,         /admin
            /a/..%3b/admin,            /admin
            /a/..%253b/admin,          /admin
            /p/q/r/%252e%252e/s/%252e%252e%252ft/../z, /p/q/s/z
            /p/q/r/%252e%252e/s/%252e%252e%252ft/../z, /p/q/z
            """)
    void readingsMixTheWays(String target, String reading) {
        assertThat(RequestPath.of(target).readings()).contains(reading);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            # target,              problem
            '',                    the path does not begin with a slash
            ?/,                    the path does not begin with a slash
            *,                     the path does not begin with a slash
            a/b,                   the path does not begin with a slash
            %2Fadmin,              the path does not begin with a slash
            http://h/a,            the path does not begin with a slash
            /admin%00,             the path has an encoded NUL
            /admin%00/../x,        the path has an encoded NUL
            /admin%2500,           the path has an encoded NUL
            /admin%252500,         the path has an encoded NUL
            /a;%00,                the path has an encoded NUL
            /%zz,                  the path has a % without two hexadecimal digits after it
            /%4,                   the path has a % without two hexadecimal digits after it
            /%,                    the path has a % without two hexadecimal digits after it
            /%%41,                 the path has a % without two hexadecimal digits after it
            /%u0041,               the path has a % without two hexadecimal digits after it
            /%٤١,                  the path has a % without two hexadecimal digits after it
            /..,                   the path climbs above the root
            /../admin,             the path climbs above the root
            //../admin,            the path climbs above the root
            /a/../../admin,        the path climbs above the root
            /%2e%2e/admin,         the path climbs above the root
            /%252e%252e/admin,     the path climbs above the root
            /..;/admin,            the path climbs above the root
            /..\\admin,            the path climbs above the root
            /..%2fadmin,           the path climbs above the root
            /admin#x,              'the path has a blank, a control character or a # that is not encoded'
            '/a b',                'the path has a blank, a control character or a # that is not encoded'
            """)
    void isRefused(String target, String problem) {
        RequestPath path = RequestPath.of(target);

        assertThat(path.problem()).isEqualTo(problem);
        assertThat(path.readings()).isEmpty();
        assertThatThrownBy(path::canonical).hasMessage(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "\n", "\u001f", "\u007f"})
    void isRefusedWithARawControlCharacter(String control) {
        assertThat(RequestPath.of("/a" + control).problem()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/x%c0%af",
                "/x/%c0%ae%c0%ae/admin",
                "/x/%e0%80%ae",
                "/x%e0%80%af",
                "/x%f0%80%80%af",
                "/%ff",
                "/%c3",
                "/%ed%a0%80",
                "/%c0%80"
            })
    void whatIsNotUtf8IsNeitherASlashNorADotNorANul(String target) {
        RequestPath path = RequestPath.of(target);

        assertThat(path.problem()).isNull();
        assertThat(path.readings()).hasSize(1);
        assertThat(path.canonical()).contains("\ufffd").doesNotContain("..", "\0");
        assertThat(path.canonical().chars().filter(c -> c == '/').count())
                .isEqualTo(target.chars().filter(c -> c == '/').count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/2.0/mlflow/runs/search", "/a.b/c-d_e~f", "/a:b@c!$&'()*+,=", "/café"})
    void aPlainPathIsItself(String target) {
        assertThat(RequestPath.isPlain(target)).isTrue();
        assertThat(RequestPath.of(target).canonical()).isSameAs(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "//", "/.", "/a/", "/a//b", "/%41", "/a;b", "/a\\b", "/a?b", "/a#b", "/a b", "/\u007f"})
    void onlyAPathThatNothingCouldChangeIsPlain(String target) {
        assertThat(RequestPath.isPlain(target)).isEqualTo(target.equals("/a/"));
    }

    @Test
    void thePathThatCanBeReadInTooManyWaysIsRefused() {
        RequestPath deep = RequestPath.of("/a%" + "25".repeat(60) + "41");
        RequestPath mixed = RequestPath.of("/a/b/c/d/e/f/g/h/%2f..%5c..;%252e%252e%255c;%25252e%25252f;x\\..//../y;z");

        assertThat(deep.problem()).isEqualTo("the path can be read in too many ways");
        assertThat(mixed.problem()).isNotNull();
    }

    @Test
    void everyReadingIsCanonical() {
        Random random = new Random(SEED);
        for (int i = 0; i < 50_000; i++) {
            String target = target(random);
            RequestPath path = RequestPath.of(target);
            assertThat(path.readings().size()).as("%s, seed %d", target, SEED).isLessThanOrEqualTo(16);
            for (String reading : path.readings()) {
                assertThat(reading)
                        .as("%s, seed %d", target, SEED)
                        .startsWith("/")
                        .doesNotContain("//");
                assertThat((reading + "/").contains("/../") || (reading + "/").contains("/./"))
                        .as("%s, seed %d", target, SEED)
                        .isFalse();
                assertThat(RequestPath.resolve(reading, true)).isEqualTo(reading);
                assertThat(RequestPath.of(encoded(reading, random)).readings().get(0))
                        .as("%s, seed %d", target, SEED)
                        .isEqualTo(reading);
            }
        }
    }

    /** The same path with some characters percent-encoded: slashes never, a percent sign always. */
    static String encoded(String path, Random random) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            boolean must = b <= ' ' || b == 0x7F || "%\\;?#".indexOf(b) >= 0;
            if (b != '/' && (must || random.nextInt(3) == 0)) {
                encoded.append(String.format(random.nextBoolean() ? "%%%02x" : "%%%02X", b));
            } else {
                encoded.append((char) b);
            }
        }
        return encoded.toString();
    }

    static String target(Random random) {
        String[] scraps = {
            "/", "/", "/", "a", "b", "admin", ".", "..", "%2e", "%2F", "%5c", "\\", ";", "%3b", "%25", "%252e", "%252f",
            "%20", "%c3%a9", "%c0%af", "//", "/../", "/./", "x=1"
        };
        StringBuilder target = new StringBuilder("/");
        for (int i = random.nextInt(10); i > 0; i--) {
            target.append(scraps[random.nextInt(scraps.length)]);
        }
        return target.toString();
    }

    @Test
    void noTargetIsTooStrangeOrTooLong() {
        Random random = new Random(SEED);
        for (String unit :
                List.of("/", ".", "/..", "%", "%2", "%25", "%2f", "%5c", "\\", ";", "/;", "//../a", "%25252525", "a")) {
            assertThat(RequestPath.of("/" + unit.repeat(100_000 / unit.length()))
                            .readings()
                            .size())
                    .isLessThanOrEqualTo(16);
        }
        for (int i = 0; i < 20_000; i++) {
            StringBuilder noise = new StringBuilder("/");
            for (int c = random.nextInt(20); c > 0; c--) {
                noise.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
            }
            RequestPath path = RequestPath.of(noise.toString());
            assertThat(path.problem() == null)
                    .as("seed %d", SEED)
                    .isEqualTo(!path.readings().isEmpty());
        }
    }
}

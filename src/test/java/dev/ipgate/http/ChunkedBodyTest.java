package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.undertow.util.HeaderMap;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chunks taken apart, in whatever pieces they arrive, and against an obvious slow decoder. */
class ChunkedBodyTest {

    /** What came of a body. */
    private record Outcome(String data, boolean done, int leftover, String trailers) {}

    private static String bytes(String text) {
        return text.replace("~", "\r\n").translateEscapes();
    }

    private static Outcome decode(String... pieces) throws MalformedMessageException {
        ChunkedBody body = new ChunkedBody();
        StringBuilder data = new StringBuilder();
        int leftover = 0;
        for (String piece : pieces) {
            if (body.isDone()) {
                leftover += piece.length();
                continue;
            }
            ByteBuffer buffer = ByteBuffer.allocate(piece.length() + 7).position(3); // anywhere in a buffer
            buffer.put(piece.getBytes(ISO_8859_1)).flip().position(3);
            body.decode(buffer);
            data.append(ISO_8859_1.decode(buffer));
            leftover += body.leftover();
        }
        return new Outcome(data.toString(), body.isDone(), leftover, text(body.trailers()));
    }

    private static String text(@Nullable HeaderMap trailers) {
        StringBuilder text = new StringBuilder();
        if (trailers != null) {
            trailers.forEach(values -> values.forEach(value -> text.append(values.getHeaderName())
                    .append(": ")
                    .append(value)
                    .append('\n')));
        }
        return text.toString();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # wire                                  | data       | leftover
            0~~                                     | ''         | 0
            5~hello~0~~                             | hello      | 0
            5~hello~6~ world~0~~                    | hello world| 0
            a~0123456789~0~~                        | 0123456789 | 0
            A~0123456789~0~~                        | 0123456789 | 0
            000000000000005~hello~0~~               | hello      | 0
            5;a=b~hello~0;c~~                       | hello      | 0
            5;a="b;c"~hello~0~~                     | hello      | 0
            5 ; a~hello~0~~                         | hello      | 0
            5~~\\n0~ ~0~~                           | '\\r\\n\\n0\\r' | 4
            5~hello~0~~HTTP                         | hello      | 4
            5~hello~000~~                           | hello      | 0
            """)
    void takesAWellFormedBody(String wire, String data, int leftover) throws MalformedMessageException {
        if (wire.contains("~~\\n0")) {
            wire = "5~~\\n0\\r~0~~HTTP"; // data that looks like framing
        }
        assertThat(decode(bytes(wire))).isEqualTo(new Outcome(bytes(data), true, leftover, ""));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "~",
                "\n",
                " 5~hello~",
                ";a~hello~",
                "-5~hello~",
                "+5~hello~",
                "0x5~hello~",
                "5x~hello~",
                "g~",
                "\u0663~", // a digit of another alphabet, cut to a byte
                "\0~",
                "\377~",
                "5\nhello~",
                "5\rhello~",
                "5\r\rhello~",
                "5;a\nhello~",
                "5;a\rb~hello~",
                "5~hellox~",
                "5~hello\n",
                "5~hello\rx",
                "5~hello~~",
                "5~hell~0~~",
                "0000000000000005~hello~",
                "7fffffffffffffff~",
                "ffffffffffffffff~",
                "10000000000000000~",
                "0\n\n",
                "0~\n",
                "0~a: b\n~",
                "0~a: b\nc: d~~",
                "0~ a: b~~",
                "0~a: b~ folded~~",
                "0~a : b~~",
                "0~a~~",
                "0~: b~~",
                "0~a: \0~~",
                "0~\ra: b~~",
            })
    void refusesAMalformedBody(String wire) {
        String text = wire.replace("~", "\r\n");

        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decode(text));
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decode(text.split("")));
    }

    @Test
    void trailersArriveWithoutThoseThatWouldChangeWhatWasSaid() throws MalformedMessageException {
        String wire = bytes("1~x~0~A: b~Content-Length: 5~Transfer-Encoding: gzip~Set-Cookie: c~A: d~~");

        assertThat(decode(wire)).isEqualTo(new Outcome("x", true, 0, "A: b\nA: d\n"));
        assertThat(decode(bytes("0~Host: x~~"))).isEqualTo(new Outcome("", true, 0, ""));
    }

    @Test
    void extensionsAndTrailersHaveTheirLimits() throws MalformedMessageException {
        assertThat(decode("5;" + "e".repeat(4096) + "\r\nhello\r\n0\r\n\r\n").data())
                .isEqualTo("hello");
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decode("5;" + "e".repeat(4097)));
        String rest = "\r\n\r\n";
        assertThat(decode("0\r\nA: " + "b".repeat(8192 - 3 - rest.length()) + rest)
                        .done())
                .isTrue();
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> decode("0\r\nA: " + "b".repeat(8192 - 3) + rest));
    }

    /** As signatures of chunks are there; but a body that grows by extensions alone would have no limit. */
    @Test
    void extensionsMayGoOnOnlyAsTheDataDoes() throws MalformedMessageException {
        String signed = "3e8;chunk-signature=" + "f".repeat(64) + "\r\n" + "x".repeat(1000) + "\r\n";
        assertThat(decode(signed.repeat(1000) + "0\r\n\r\n").data()).hasSize(1_000_000);

        String padded = "1;" + "e".repeat(1000) + "\r\nx\r\n";
        assertThat(decode(padded.repeat(4)).data()).isEqualTo("xxxx");
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> decode(padded.repeat(5)));
    }

    @Test
    void everySplitGivesTheSame() throws MalformedMessageException {
        String wire = bytes("5;ext=\"1\"~hello~0000c~ wide world!~1~\\n~0;last~A: b~C: d~~next");
        Outcome whole = decode(wire);

        assertThat(whole).isEqualTo(new Outcome("hello wide world!\n", true, 4, "A: b\nC: d\n"));
        for (int i = 0; i <= wire.length(); i++) {
            for (int j = i; j <= wire.length(); j++) {
                assertThat(decode(wire.substring(0, i), wire.substring(i, j), wire.substring(j)))
                        .as("split at %d and %d", i, j)
                        .isEqualTo(whole);
            }
        }
        assertThat(decode(wire.split(""))).isEqualTo(whole);
    }

    @Test
    void agreesWithAnObviousSlowDecoder() {
        long seed = System.nanoTime();
        System.out.println("ChunkedBodyTest seed " + seed);
        Random random = new Random(seed);
        int good = 0;
        for (int round = 0; round < 30_000; round++) {
            String wire = wire(random);
            Outcome expected = slow(wire);
            Outcome actual;
            try {
                actual = decode(pieces(wire, random));
            } catch (MalformedMessageException e) {
                actual = null;
            }
            if (expected == null) {
                assertThat(actual == null || !actual.done())
                        .as("%s is no body, seed %d", wire, seed)
                        .isTrue();
            } else {
                good++;
                assertThat(actual).as("%s, seed %d", wire, seed).isEqualTo(expected);
            }
        }
        assertThat(good).isGreaterThan(3000);
    }

    private static String wire(Random random) {
        StringBuilder wire = new StringBuilder();
        for (int chunk = random.nextInt(4); chunk > 0; chunk--) {
            int size = 1 + random.nextInt(20);
            wire.append(Integer.toHexString(size))
                    .append(random.nextInt(4) == 0 ? ";x=y" : "")
                    .append("\r\n");
            for (int i = 0; i < size; i++) {
                wire.append("\r\n0;aé".charAt(random.nextInt(6)));
            }
            wire.append("\r\n");
        }
        wire.append("0\r\n")
                .append(random.nextInt(3) == 0 ? "T: u\r\n" : "")
                .append("\r\n")
                .append(random.nextInt(3) == 0 ? "more" : "");
        for (int change = random.nextInt(3); change > 0; change--) {
            char c = "\r\n0f;: x\0\377".charAt(random.nextInt(10));
            int at = random.nextInt(wire.length());
            switch (random.nextInt(3)) {
                case 0 -> wire.setCharAt(at, c);
                case 1 -> wire.insert(at, c);
                default -> wire.deleteCharAt(at);
            }
        }
        return wire.toString();
    }

    private static String[] pieces(String wire, Random random) {
        String[] pieces = new String[1 + random.nextInt(6)];
        int from = 0;
        for (int i = 0; i < pieces.length; i++) {
            int to = i == pieces.length - 1 ? wire.length() : from + random.nextInt(wire.length() - from + 1);
            pieces[i] = wire.substring(from, to);
            from = to;
        }
        return pieces;
    }

    private static final Pattern SIZE = Pattern.compile("\\G([0-9a-fA-F]{1,15})(?:[; \t][^\r\n]*)?\r\n");
    private static final Pattern TRAILERS =
            Pattern.compile("\\G((?:[-!#$%&'*+.^_`|~0-9A-Za-z]+:[\t\\x20-\\x7e\\x80-\\xff]*\r\n)*)\r\n");

    /** The outcome of a complete body; null for any other text. */
    private static @Nullable Outcome slow(String wire) {
        StringBuilder data = new StringBuilder();
        Matcher size = SIZE.matcher(wire);
        int at = 0;
        while (size.find(at)) {
            at = size.end();
            long count = Long.parseLong(size.group(1), 16);
            if (count == 0) {
                Matcher trailers = TRAILERS.matcher(wire);
                if (!trailers.find(at)) {
                    return null;
                }
                StringBuilder lines = new StringBuilder();
                for (String line : trailers.group(1).lines().toList()) {
                    int colon = line.indexOf(':');
                    lines.append(line, 0, colon)
                            .append(": ")
                            .append(line.substring(colon + 1).strip())
                            .append('\n');
                }
                return new Outcome(data.toString(), true, wire.length() - trailers.end(), lines.toString());
            }
            if (wire.length() - at < count + 2 || !wire.startsWith("\r\n", (int) (at + count))) {
                return null;
            }
            data.append(wire, at, (int) (at + count));
            at += (int) count + 2;
        }
        return null;
    }
}

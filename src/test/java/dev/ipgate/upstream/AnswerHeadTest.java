package dev.ipgate.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ipgate.http.HeadReader;
import dev.ipgate.http.HeaderNames;
import dev.ipgate.http.MalformedMessageException;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is taken for the head of an answer, and what is not. */
class AnswerHeadTest {

    private static final HttpString A = new HttpString("A");

    /** In the tables: ~ is CR LF, and the escapes of Java stand for their bytes. */
    private static String bytes(String text) {
        return text.replace("~", "\r\n").translateEscapes();
    }

    static AnswerHead read(String head) throws MalformedMessageException {
        HeadReader reader = new HeadReader(new HeaderNames());
        byte[] all = head.getBytes(ISO_8859_1);
        ByteBuffer buffer = ByteBuffer.wrap(all).position(all.length);
        assertThat(reader.find(buffer, 0)).isEqualTo(all.length);
        return AnswerHead.read(reader);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # head                        | 1.1   | status | reason
            HTTP/1.1 200 OK~~             | true  | 200 | OK
            HTTP/1.0 200 OK~~             | false | 200 | OK
            HTTP/1.1 200 ~~               | true  | 200 | ''
            HTTP/1.1 200~~                | true  | 200 | ''
            HTTP/1.1 404 Not  Found ~~    | true  | 404 | Not  Found
            HTTP/1.1 100 Continue~~       | true  | 100 | Continue
            HTTP/1.1 999 \\tOdd~~         | true  | 999 | \\tOdd
            HTTP/1.1 200 d\\351j\\340~~   | true  | 200 | d\\351j\\340
            """)
    void readsTheStatusLine(String head, boolean http11, int status, String reason) throws MalformedMessageException {
        AnswerHead read = read(bytes(head));

        assertThat(read.http11()).isEqualTo(http11);
        assertThat(read.status()).isEqualTo(status);
        assertThat(read.reason()).isEqualTo(bytes(reason));
        assertThat(read.headers()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            A: b|b
            a:b|b
            A:|
            A:  \\t b \\t |b
            A: b  c|b  c
            A: b:c|b:c
            A: \\351\\200\\377|\\351\\200\\377
            A: "quoted, \\\\"text\\\\""|"quoted, \\\\"text\\\\""
            """)
    void readsAHeader(String line, String value) throws MalformedMessageException {
        AnswerHead read = read(bytes("HTTP/1.1 200 OK~" + line + "~Other: x~~"));

        assertThat(read.first(A)).isEqualTo(value == null ? "" : bytes(value));
        assertThat(read.first(new HttpString("Other"))).isEqualTo("x");
    }

    @Test
    void repeatedHeadersStayApartAndInOrder() throws MalformedMessageException {
        assertThat(read(bytes("HTTP/1.1 200 OK~Set-Cookie: a=1~X: y~set-cookie: b=2, c~~"))
                        .headers()
                        .get("Set-Cookie"))
                .containsExactly("a=1", "b=2, c");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # head                                   | because
            HTTP/2 200 OK~~                          | it does not begin with HTTP/1
            HTTP/1.2 200 OK~~                        | its version
            HTTP/2.0 200 OK~~                        | it does not begin with HTTP/1
            http/1.1 200 OK~~                        | it does not begin with HTTP/1
            ICY 200 OK~~                             | it does not begin with HTTP/1
            ~~                                       | it does not begin with HTTP/1
            ~HTTP/1.1 200 OK~~                       | it does not begin with HTTP/1
            ' HTTP/1.1 200 OK~~'                     | it does not begin with HTTP/1
            HTTP/1.~~                                | its version
            HTTP/1.1~~                               | its status line
            HTTP/1.1 ~~                              | its status
            HTTP/1.1  200 OK~~                       | its status
            HTTP/1.1\\t200 OK~~                      | its status line
            HTTP/1.1200 OK~~                         | its status line
            HTTP/1.1 20 OK~~                         | its status
            HTTP/1.1 20~~                            | its status
            HTTP/1.1 2000 OK~~                       | a line ends
            HTTP/1.1 099 OK~~                        | its status is below 100
            HTTP/1.1 2x0 OK~~                        | its status
            HTTP/1.1 -20 OK~~                        | its status
            HTTP/1.1 200\\tOK~~                      | a line ends
            HTTP/1.1 200 O\\nK~~                     | a line ends
            HTTP/1.1 200 O\\0K~~                     | control character
            HTTP/1.1 200 O\\rK~~                     | a line ends
            HTTP/1.1 200 OK\\nA: b~~                 | a line ends
            HTTP/1.1 200 OK~A: b\\nB: c~~            | a line ends
            HTTP/1.1 200 OK~A: b\\rB: c~~            | a line ends
            HTTP/1.1 200 OK~\\rB: c~~                | name is malformed
            HTTP/1.1 200 OK~A: b~\\rB: c~~           | name is malformed
            HTTP/1.1 200 OK~A: b\\r~~                | a line ends
            HTTP/1.1 200 OK~A: b~ folded~~           | name is malformed
            HTTP/1.1 200 OK~A: b~\\tfolded~~         | name is malformed
            HTTP/1.1 200 OK~ A: b~~                  | name is malformed
            HTTP/1.1 200 OK~A : b~~                  | name is malformed
            HTTP/1.1 200 OK~A\\t: b~~                | name is malformed
            HTTP/1.1 200 OK~: b~~                    | name is malformed
            HTTP/1.1 200 OK~A~~                      | name is malformed
            HTTP/1.1 200 OK~A b: c~~                 | name is malformed
            HTTP/1.1 200 OK~A(b): c~~                | name is malformed
            HTTP/1.1 200 OK~A\\351: c~~              | name is malformed
            HTTP/1.1 200 OK~A\\0: c~~                | name is malformed
            HTTP/1.1 200 OK~A: b\\0~~                | control character
            HTTP/1.1 200 OK~A: \\1b~~                | control character
            HTTP/1.1 200 OK~A: b\\177~~              | control character
            HTTP/1.1 200 OK~A: b\\33[31m~~           | control character
            """)
    void refusesWhatIsNotAHead(String head, String because) {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> read(bytes(head)))
                .withMessageContaining(because);
    }

    @Test
    void takesAThousandHeaderLinesAndNoMore() throws MalformedMessageException {
        StringBuilder lines = new StringBuilder("HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 1000; i++) {
            lines.append('A').append(i).append(": b\r\n");
        }

        assertThat(read(lines + "\r\n").headers()).hasSize(1000);
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> read(lines + "A: b\r\n\r\n"))
                .withMessageContaining("1000 header lines");
    }

    @Test
    void takesAHeader127Times() throws MalformedMessageException {
        String line = "A: b\r\n";

        assertThat(read("HTTP/1.1 200 OK\r\n" + line.repeat(127) + "\r\n")
                        .headers()
                        .get(A))
                .hasSize(127);
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> read("HTTP/1.1 200 OK\r\n" + line.repeat(128) + "\r\n"))
                .withMessageContaining("too many lines");
    }

    @Test
    void whateverComesIsAHeadOrABadAnswer() {
        long seed = System.nanoTime();
        System.out.println("AnswerHeadTest seed " + seed);
        Random random = new Random(seed);
        String alphabet = "HTP/1.0 29:\r\n\t aA\0\177\377,";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder("HTTP/1.1 200 OK\r\nA: b\r\nCc: dd\r\n\r\n");
            for (int change = random.nextInt(4); change >= 0; change--) {
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, c);
                    case 1 -> text.insert(at, c);
                    default -> text.deleteCharAt(at);
                }
            }
            text.append("\r\n\r\n");
            String head = text.substring(0, text.indexOf("\r\n\r\n") + 4);
            try {
                AnswerHead read = read(head);
                int lines = head.split("\r\n", -1).length - 3;
                assertThat(read.headers().getHeaderNames().stream()
                                .mapToInt(name -> read.headers().count(name))
                                .sum())
                        .as("every line of %s is a header, seed %d", head, seed)
                        .isEqualTo(lines);
            } catch (MalformedMessageException e) {
                assertThat(e).hasMessageNotContaining("Index");
            }
        }
    }
}

package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ipgate.http.MalformedMessageException;
import dev.ipgate.upstream.AnswerFraming.Kind;
import io.undertow.util.HttpString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an answer's body ends, for every combination of what may tell (RFC 9112 section 6.3). */
class AnswerFramingTest {

    private static AnswerHead head(String statusLine, String headers) throws MalformedMessageException {
        String text = statusLine + "\r\n" + (headers.isEmpty() ? "" : headers.replace("~", "\r\n") + "\r\n") + "\r\n";
        return AnswerHeadTest.read(text);
    }

    @ParameterizedTest(name = "{0} {1} to {2}: {3} {4}")
    @CsvSource(delimiter = '|', textBlock = """
            # status line    | headers                                       | method | kind    | length
            HTTP/1.1 200 OK  | ''                                            | GET    | CLOSE   | 0
            HTTP/1.0 200 OK  | ''                                            | GET    | CLOSE   | 0
            HTTP/1.1 200 OK  | Content-Length: 0                             | GET    | LENGTH  | 0
            HTTP/1.1 200 OK  | content-length: 5                             | GET    | LENGTH  | 5
            HTTP/1.1 200 OK  | Content-Length: 005                           | GET    | LENGTH  | 5
            HTTP/1.0 200 OK  | Content-Length: 5                             | POST   | LENGTH  | 5
            HTTP/1.1 500 Oh  | Content-Length: 5                             | GET    | LENGTH  | 5
            HTTP/1.1 200 OK  | Content-Length: 999999999999999999            | GET    | LENGTH  | 999999999999999999
            HTTP/1.1 200 OK  | Transfer-Encoding: chunked                    | GET    | CHUNKED | 0
            HTTP/1.1 200 OK  | transfer-encoding: Chunked                    | PUT    | CHUNKED | 0
            HTTP/1.1 200 OK  | ''                                            | HEAD   | NONE    | 0
            HTTP/1.1 200 OK  | Content-Length: 5                             | HEAD   | NONE    | 0
            HTTP/1.1 200 OK  | Transfer-Encoding: chunked                    | HEAD   | NONE    | 0
            HTTP/1.1 204 No  | ''                                            | GET    | NONE    | 0
            HTTP/1.1 204 No  | Content-Length: 5                             | GET    | NONE    | 0
            HTTP/1.1 204 No  | Transfer-Encoding: chunked                    | GET    | NONE    | 0
            HTTP/1.1 304 Not | Content-Length: 5                             | GET    | NONE    | 0
            HTTP/1.1 304 Not | Transfer-Encoding: chunked                    | GET    | NONE    | 0
            HTTP/1.1 205 Re  | Content-Length: 0                             | GET    | LENGTH  | 0
            """)
    void theEndOfTheBody(String statusLine, String headers, String method, Kind kind, long length)
            throws MalformedMessageException {
        assertThat(AnswerFraming.of(head(statusLine, headers), new HttpString(method)))
                .isEqualTo(new AnswerFraming(kind, length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: ",
                "Content-Length: +5",
                "Content-Length: -1",
                "Content-Length: 5 5",
                "Content-Length: 5x",
                "Content-Length: 0x5",
                "Content-Length: 5.0",
                "Content-Length: 1000000000000000000",
                "Content-Length: 18446744073709551621",
                "Content-Length: 5, 5",
                "Content-Length: 5, 6",
                "Content-Length: 5~Content-Length: 5",
                "Content-Length: 5~Content-Length: 6",
                "Content-Length: 5~Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked~Content-Length: 5",
                "Transfer-Encoding: ",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, gzip",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: chunked~Transfer-Encoding: chunked",
                "Transfer-Encoding: gzip~Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding: xchunked"
            })
    void twoReadersMustNotSeeTwoEnds(String headers) throws MalformedMessageException {
        AnswerHead head = head("HTTP/1.1 200 OK", headers);

        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> AnswerFraming.of(head, new HttpString("GET")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5~Content-Length: 6",
                "Content-Length: -1",
                "Content-Length: 5, 5",
            })
    void aMalformedLengthIsRefusedEvenWhereNoBodyComes(String headers) throws MalformedMessageException {
        AnswerHead head = head("HTTP/1.1 304 Not Modified", headers);

        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> AnswerFraming.of(head, new HttpString("HEAD")));
    }

    @ParameterizedTest
    @CsvSource({"Transfer-Encoding: chunked"})
    void chunksAreOfHttp11(String headers) throws MalformedMessageException {
        AnswerHead head = head("HTTP/1.0 200 OK", headers);

        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> AnswerFraming.of(head, new HttpString("GET")));
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            HTTP/1.1 200 OK | ''                                      | true
            HTTP/1.1 200 OK | Connection: keep-alive                  | true
            HTTP/1.1 200 OK | Connection: close                       | false
            HTTP/1.1 200 OK | Connection: Close                       | false
            HTTP/1.1 200 OK | Connection: x, close                    | false
            HTTP/1.1 200 OK | Connection: x~Connection: close         | false
            HTTP/1.1 200 OK | Connection: closed                      | true
            HTTP/1.0 200 OK | ''                                      | false
            HTTP/1.0 200 OK | Connection: keep-alive                  | false
            """)
    void whetherTheConnectionLivesOn(String statusLine, String headers, boolean lives)
            throws MalformedMessageException {
        assertThat(AnswerFraming.keepsAlive(head(statusLine, headers))).isEqualTo(lives);
    }
}

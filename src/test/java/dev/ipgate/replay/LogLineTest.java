package dev.ipgate.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the lines of several servers' logs are understood as. */
class LogLineTest {

    private static final String TIME = " - - [23/Nov/2026:21:18:59 +0000] ";

    private static @Nullable LoggedRequest parse(String line) {
        return line.startsWith("{") ? JsonLine.parse(line) : CombinedLine.parse(line);
    }

    @ParameterizedTest(name = "{0} {1}: {2} {3} {4}")
    @CsvSource(delimiter = '|', quoteCharacter = '!', textBlock = """
            # before the time | after it                                          | client      | host  | method | path         | was
            203.0.113.9       | "GET /a?b=c HTTP/1.1" 200 12 "-" "curl/8"         | 203.0.113.9 |       | GET    | /a           | ALLOWED
            203.0.113.9       | "GET / HTTP/1.1" 403 12 "-" "-"                   | 203.0.113.9 |       | GET    | /            | DENIED
            203.0.113.9       | "GET / HTTP/1.1" 401 12 "-" "-"                   | 203.0.113.9 |       | GET    | /            | ALLOWED
            203.0.113.9       | "GET / HTTP/1.1" 502 12 "-" "-"                   | 203.0.113.9 |       | GET    | /            | ALLOWED
            203.0.113.9       | "GET / HTTP/1.1" 301 12 "-" "-"                   | 203.0.113.9 |       | GET    | /            | UNKNOWN
            203.0.113.9       | "GET / HTTP/1.0" 200 12                           | 203.0.113.9 |       | GET    | /            | ALLOWED
            203.0.113.9       | "GET / HTTP/1.1" 200 -                            | 203.0.113.9 |       | GET    | /            | ALLOWED
            2001:db8::1       | "PUT http://a/b?c HTTP/1.1" 200 12 "-" "-"        | 2001:db8::1 |       | PUT    | /b           | ALLOWED
            a.example:80 ::1  | "GET / HTTP/1.1" 200 12 "-" "-"                   | ::1         | a.example:80 | GET | /        | ALLOWED
            # ipgate's own
            203.0.113.9       | "GET / HTTP/1.1" 403 12 "-" "-" client=203.0.113.9 peer=::1 decision=deny rule=x:1 id=5f3a9c01d2e4  | 203.0.113.9 | | GET | / | DENIED
            203.0.113.9       | "GET / HTTP/1.1" 403 12 "-" "-" client=203.0.113.9 peer=::1 decision=allow rule=x:1 id=5f3a9c01d2e4 | 203.0.113.9 | | GET | / | ALLOWED
            203.0.113.9       | "GET / HTTP/1.1" 200 12 "-" "-" client=203.0.113.9 peer=::1 decision=would-deny rule=x:1 id=1       | 203.0.113.9 | | GET | / | ALLOWED
            203.0.113.9       | "GET / HTTP/1.1" 421 12 "-" "-" client=203.0.113.9 peer=::1 decision=unknown-host rule=- id=1       | 203.0.113.9 | | GET | / | UNKNOWN
            # what clients choose cannot pass for the server's word
            203.0.113.9       | "GET / HTTP/1.1" 200 12 "-" " decision=deny "     | 203.0.113.9 |       | GET    | /            | ALLOWED
            203.0.113.9       | "GET / HTTP/1.1" 200 12 "\\" decision=deny" "-"   | 203.0.113.9 |       | GET    | /            | ALLOWED
            203.0.113.9       | "GET /\\x22\\" HTTP/1.1\\" 403 1 HTTP/1.1" 200 1 "-" "-" | 203.0.113.9 | | GET   | /"" HTTP/1.1" 403 1 | ALLOWED
            203.0.113.9       | "GET /%41\\xC3\\xA4\\\\x HTTP/1.1" 200 12 "-" "-" | 203.0.113.9 |       | GET    | /%41Ã¤\\x    | ALLOWED
            """)
    void combined(
            String client, String rest, String address, @Nullable String host, String method, String path, String was) {
        LoggedRequest request = Objects.requireNonNull(parse(client + TIME + rest));

        assertThat(request.client()).hasToString(address);
        assertThat(request.method()).isEqualTo(method);
        assertThat(request.request("other").path()).isEqualTo(path);
        assertThat(request.request("other").host()).isEqualTo(host == null ? "other" : host);
        assertThat(request.was()).hasToString(was);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "203.0.113.9" + TIME + "\"-\" 400 0 \"-\" \"-\"",
                "203.0.113.9" + TIME + "\"\\x16\\x03\\x01\" 400 157 \"-\" \"-\"",
                "203.0.113.9" + TIME + "\"\" 408 0 \"-\" \"-\"",
                "-" + TIME + "\"GET / HTTP/1.1\" 403 0 \"-\" \"-\" client=- peer=::1 decision=no-address rule=- id=1",
                "{\"client\":null,\"status\":403,\"decision\":\"no-address\"}",
                "{\"client\":null,\"method\":\"GET\",\"status\":400,\"decision\":null}"
            })
    void whereTheAddressWasNotAskedForNothingIsCompared(String line) {
        assertThat(parse(line)).isEqualTo(LoggedRequest.NOT_BY_ADDRESS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "203.0.113.9",
                "203.0.113.9" + TIME + "\"GET / HTTP/1.1\"",
                "203.0.113.9" + TIME + "\"GET / HTTP/1.1\" 20",
                "203.0.113.9" + TIME + "\"GET / HTTP/1.1\" 2000 1",
                "203.0.113.9" + TIME + "\"GET / HTTP/1.1 200 1",
                "203.0.113.9" + TIME + "\"GET /\" 200 1",
                "203.0.113" + TIME + "\"GET / HTTP/1.1\" 200 1",
                "home.example.com" + TIME + "\"GET / HTTP/1.1\" 200 1",
                "-" + TIME + "\"GET / HTTP/1.1\" 200 1",
                "{",
                "{}",
                "{\"client\":\"::1\",\"method\":\"GET\",\"target\":\"/\",\"status\":200}",
                "{\"client\":\"::1\",\"method\":\"GET\",\"target\":\"/\",\"status\":2,\"decision\":\"allow\"}",
                "{\"client\":\"::1\",\"method\":\"GET\",\"target\":\"/\",\"status\":200,\"decision\":\"allow\"",
                "{\"client\":\"::1\",\"method\":\"GET\",\"target\":\"/\\u00\",\"status\":200,\"decision\":\"allow\"}",
                "{\"client\":\"::1\",\"method\":\"GET\",\"target\":\"/\",\"status\":200,\"decision\":\"allow\"}x",
                "{\"client\":\"::1\",\"method\":\"GET\",\"target\":\"/\",\"status\":200,\"decision\":\"allow\",\"x\":{}}",
                "{\"client\":\"home\",\"method\":\"GET\",\"target\":\"/\",\"status\":200,\"decision\":\"allow\"}"
            })
    void whatIsNoneOfTheseIsNotGuessed(String line) {
        assertThat(parse(line)).isNull();
    }

    @Test
    void json() {
        LoggedRequest request = Objects.requireNonNull(
                parse(
                        "{\"time\":\"2026-11-23T21:18:59Z\",\"client\":\"2001:db8::1\",\"user\":null,\"method\":\"PUT\","
                                + "\"target\":\"/a\\\\x22?b\",\"host\":\"a.example\",\"status\":200,\"duration_ms\":12,"
                                + "\"user_agent\":\"\\\",\\\"decision\\\":\\\"deny\\u0022\",\"decision\":\"allow\",\"reason\":\"x\"}"));

        assertThat(request.client()).hasToString("2001:db8::1");
        assertThat(request.target()).isEqualTo("/a\\x22?b");
        assertThat(request.request("other").path()).isEqualTo("/a\"");
        assertThat(request.request("other").host()).isEqualTo("a.example");
        assertThat(request.was()).isEqualTo(LoggedRequest.Was.ALLOWED);
    }

    @Test
    void linesAreReadHoweverTheyEndAndHoweverLongTheyAre() throws IOException {
        String longest = "x".repeat(3 * LogLines.LONGEST);
        LogLines lines = new LogLines(new ByteArrayInputStream(
                ("a\r\n\n" + longest + "\n\u00e4\n{\u00c3\u00a4}\nlast").getBytes(ISO_8859_1)));
        List<String> read = new ArrayList<>();
        for (String line = lines.next(); line != null; line = lines.next()) {
            read.add(line);
        }

        assertThat(read).containsExactly("a", "", longest.substring(0, LogLines.LONGEST), "\u00e4", "{\u00e4}", "last");
        assertThat(lines.number()).isEqualTo(6);
    }

    @Test
    void whatAStrangerChoseIsShownSafely() {
        assertThat(Escapes.shown("/\u001b[2J\u00e4\u202e\\x22", 100)).isEqualTo("/\\x1B[2J\\xE4\\u202E\\x22");
        assertThat(Escapes.shown("abcdef", 3)).isEqualTo("abc…");
    }
}

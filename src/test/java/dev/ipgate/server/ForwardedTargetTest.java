package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The request line that the app receives. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
class ForwardedTargetTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    @AutoClose
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        gate = TestGate.start(transport, folder, "upstream: " + app.url() + "\nrules: [{allow: 127.0.0.0/8}]\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a/b/c.html",
                "//",
                "//api//x/",
                "/%61pi",
                "/a%2Fb",
                "/a%2fb",
                "/a%5Cb",
                "/a%20b",
                "/a+b",
                "/./a",
                "/a/../b",
                "/a/.",
                "/a/..",
                "/;params",
                "/a;jsessionid=1/b;x=y",
                "/a;b?c;d",
                "/%C3%A9",
                "/%25",
                "/%2525",
                "/~user/(x)/*'!$&,=:@",
                "/a:b",
                "/a?b",
                "/a?b=",
                "/?=",
                "/?&&",
                "/?a=b?c&&=",
                "/?a=%00",
                "/?a=%2F%2f",
                "/?a[]=1&a[]=2",
                "/?q=a+b%20c",
                "/?/../..",
                "/?a=http://x/y?z",
                "/?;;",
                "/?a=b;c=d",
                "/api/2.0/mlflow/runs/search?filter=metrics.%22a%22+%3E+1",
                "/?a='()*!~",
                "/?a={}",
                "/?a=|",
                "/?a=^",
                "/?a=\"",
                "/?a=<>",
                "/?a=`",
                "/?a=\\",
                "/{id}",
                "/a|b",
                "/<b>",
                "/?",
                "/x?",
                "/x??",
                "/?a=%",
                "/?a=%zz",
                "/?discount=50%&b"
            })
    void theTargetPassesByteForByte(String target) throws IOException {
        try (RawClient client = gate.connect()) {
            assertThat(client.get(target).status()).isEqualTo(200);
        }
        assertThat(app.last().line()).isEqualTo("GET " + target + " HTTP/1.1");
    }

    @Test
    void aQueryMayHoldBytesOutsideAscii() throws IOException {
        try (RawClient client = gate.connect()) {
            client.send("GET /?q=").send("\u00e9".getBytes(UTF_8)).send(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(200);
        }
        assertThat(app.last().line()).isEqualTo("GET /?q=\u00c3\u00a9 HTTP/1.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/?a=#", "/#a", "/%", "/%zz", "/\u00e9", "/../../etc/passwd", "/\u0001", "/a\tb"})
    void whatNoUriMayHaveIsRefused(String target) throws IOException {
        try (RawClient client = gate.connect()) {
            client.send("GET ").send(target.getBytes(UTF_8)).send(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(400);
            assertThat(transport.ends(client)).isTrue();
        }
        assertThat(app.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://localhost/a/b?c=d         | /a/b?c=d
            http://localhost                 | /
            http://localhost/                | /
            http://localhost//x/%2e          | //x/%2e
            https://localhost/x              | /x
            http://localhost?a=b             | /?a=b
            """)
    void ofTheAbsoluteFormTheAppGetsThePath(String target, String seen) throws IOException {
        try (RawClient client = gate.connectHttp1From("127.0.0.1")) { // HTTP/2 has none
            assertThat(client.get(target).status()).isEqualTo(200);
        }
        assertThat(app.last().target()).isEqualTo(seen);
    }

    @Test
    void thousandsOfQueryParametersPass() throws IOException {
        String query = IntStream.range(0, 1500).mapToObj(i -> "p" + i + "=" + i).collect(Collectors.joining("&"));
        try (RawClient client = gate.connect()) {
            assertThat(client.get("/?" + query).status()).isEqualTo(200);
        }
        assertThat(app.last().target()).isEqualTo("/?" + query);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "X-CUSTOM"})
    void theMethodPassesAsItIs(String method) throws IOException {
        try (RawClient client = gate.connect()) {
            assertThat(client.request(method, "/").status()).isEqualTo(200);
        }
        assertThat(app.last().line()).isEqualTo(method + " / HTTP/1.1");
    }
}

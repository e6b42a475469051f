package dev.ipgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DemoAppTest {

    @AutoClose
    private DemoApp app;

    private HttpClient client;

    @BeforeEach
    void start() throws IOException {
        app = DemoApp.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        client = HttpClient.newHttpClient();
    }

    @Test
    void itRepeatsWhatItReceivedButNoPassword() throws Exception {
        HttpResponse<String> response = client.send(
                request("/a%20b?c=d")
                        .header("X-Forwarded-For", "203.0.113.7")
                        .header("X-Real-IP", "203.0.113.7")
                        .header("Authorization", "Basic c2VjcmV0")
                        .header("Cookie", "session=secret")
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
        assertThat(response.body())
                .contains("GET /a%20b?c=d\n")
                .contains("Host: 127.0.0.1:" + app.address().getPort() + "\n")
                .contains("X-Forwarded-For: 203.0.113.7\n", "X-Real-IP: 203.0.113.7\n")
                .contains("Authorization: (sent, not shown)\n")
                .contains("body: 0 bytes\n")
                .doesNotContain("c2VjcmV0", "session");
    }

    @Test
    void bodiesAreCountedAndAnsweredAgainAndAgain() throws Exception {
        for (int size : new int[] {1, 100_000, 5_000_000}) {
            HttpResponse<String> response = client.send(
                    request("/upload")
                            .PUT(BodyPublishers.ofByteArray(new byte[size]))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(response.body()).contains("PUT /upload\n", "body: " + size + " bytes\n");
        }
    }

    @Test
    void aBrowserGetsAPageInWhichNothingOfTheRequestIsMarkup() throws Exception {
        HttpResponse<String> response = client.send(
                request("/")
                        .header("Accept", "text/html,*/*;q=0.8")
                        .header("X-Forwarded-Host", "<script>alert(1)</script>")
                        .build(),
                BodyHandlers.ofString());

        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
        assertThat(response.body())
                .startsWith("<!doctype html>")
                .contains("X-Forwarded-Host: &lt;script&gt;alert(1)&lt;/script&gt;")
                .doesNotContain("<script");
    }

    @Test
    void aHeadRequestHasNoBody() throws Exception {
        HttpResponse<String> response =
                client.send(request("/").method("HEAD", BodyPublishers.noBody()).build(), BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        assertThatThrownBy(() -> DemoApp.start(app.address()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "cannot listen on 127.0.0.1:" + app.address().getPort() + ": another program");
    }

    @Test
    void noOtherMachineCanReachIt() throws Exception {
        InetSocketAddress everywhere = new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 0);

        assertThatThrownBy(() -> DemoApp.start(everywhere))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"0.0.0.0\"");
    }

    private HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + app.address().getPort() + target))
                .version(HttpClient.Version.HTTP_1_1);
    }
}

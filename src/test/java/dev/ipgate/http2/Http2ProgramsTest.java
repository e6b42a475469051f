package dev.ipgate.http2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Programs;
import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Other people's clients. Needs curl (which knows HTTP/2), and nghttp and h2load from nghttp2-client. */
@Timeout(120)
class Http2ProgramsTest {

    @TempDir
    private Path folder;

    private static void serve(Visit visit) throws IOException {
        for (String head = visit.head(); head != null; head = visit.head()) {
            String body = visit.body(head);
            int cookie = head.indexOf("x-big: ");
            String text = Visit.path(head) + " " + body.length() + (cookie < 0 ? "" : " big");
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
        }
    }

    private TestGate gate(RawApp app, Transport transport) throws IOException {
        String listen = transport == Transport.PLAIN ? "listen: {address: \"127.0.0.1:0\", http2: true}\n" : "";
        return TestGate.start(transport, folder, listen + "upstream: \"" + app.url() + "\"\nrules: [{allow: all}]\n");
    }

    private String run(String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Programs.require(program).toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve(program + ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(out, UTF_8);
        assertThat(ended).as(said).isTrue();
        return said;
    }

    private static String url(TestGate gate, Transport transport) {
        return (transport == Transport.PLAIN ? "http" : "https") + "://127.0.0.1:"
                + gate.address().getPort();
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "TLS"})
    void curl(Transport transport) throws Exception {
        Path file = Files.write(folder.resolve("body"), new byte[3_000_000]);
        try (RawApp app = RawApp.start(Http2ProgramsTest::serve);
                TestGate gate = gate(app, transport)) {
            String version = transport == Transport.PLAIN ? "--http2-prior-knowledge" : "--http2";
            String url = url(gate, transport);
            String said = run(
                    "curl",
                    "-sSk",
                    version,
                    "-w",
                    " %{http_version}",
                    "-T",
                    file.toString(),
                    "-H",
                    "x-big: " + "x".repeat(24_000),
                    url + "/a");
            assertThat(said).isEqualTo("a 3000000 big 2");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "TLS"})
    void h2load(Transport transport) throws Exception {
        try (RawApp app = RawApp.start(Http2ProgramsTest::serve);
                TestGate gate = gate(app, transport)) {
            String said = run("h2load", "-n", "5000", "-c", "4", "-m", "20", url(gate, transport) + "/a");
            assertThat(said).contains("5000 succeeded, 0 failed, 0 errored, 0 timeout");
        }
    }

    @Test
    void nghttp() throws Exception {
        try (RawApp app = RawApp.start(Http2ProgramsTest::serve);
                TestGate gate = gate(app, Transport.PLAIN)) {
            String url = url(gate, Transport.PLAIN);
            assertThat(run("nghttp", url + "/a", url + "/b", "--continuation", "-p", "5", "-m", "3"))
                    .contains("a 0", "b 0");
        }
    }
}

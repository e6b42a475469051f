package dev.ipgate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Basic;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mlflow_project.google.gson.JsonObject;

/** Explain says what serve does: each request goes over a socket and through the command, and the statuses are the same. */
class ExplainAgreesWithServeTest {

    private static final int REQUESTS = 300;

    private static final String CONF = """
            client_address:
              trusted_proxies: [127.0.0.1, 127.0.0.9, 10.0.0.0/8, "2001:db8:f::/48"]
            groups:
              office: [203.0.113.0/24, "2001:db8:1::/48"]
            upstream: {url: "APP", host_header: upstream, origin: upstream}
            hosts: [app.example.com, localhost]
            rules:
              - deny: 203.0.113.66
              - allow: office
              - allow: 198.51.100.4
                methods: [GET, POST]
              - allow: 127.0.0.2
              - deny: all
            locations:
              - {path: /health, match: exact, rules: [{allow: all}]}
              - {path: /both, auth: {users_file: htpasswd}}
              - {path: /either, auth: {users_file: htpasswd}, satisfy: any}
              - {path: /admin, rules: [{allow: 203.0.113.7}, {allow: 127.0.0.2}]}
              - path: /in/
                upstream: {url: "APP", host_header: upstream, replace_path: /out/}
                locations:
                  - {path: /in/shut/, rules: [{deny: all}]}
                  - {path: 'key$', match: regex, rules: [{allow: 203.0.113.7}]}
              - {path: '^/api/v[0-9]+/', match: regex, rules: [{allow: 198.51.100.0/24}, {allow: 127.0.0.3}]}
            sites:
              - hosts: ["*.lab.example.com"]
                upstream: "APP"
                rules: [{allow: 127.0.0.3}, {allow: 203.0.113.66}]
              - hosts: [password.example.com]
                upstream: "APP"
                auth: {users_file: htpasswd}
                locations:
                  - {path: /health, auth: off, rules: [{deny: 203.0.113.66}, {allow: all}]}
              - hosts: [open.example.com, '~^o[0-9]+\\.example\\.com$', "o.*"]
                upstream: "APP"
                rules: [{deny: 198.51.100.4, methods: [DELETE]}, {allow: 0.0.0.0/0}]
            """;

    private static final List<String> PEERS = List.of("127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.9");
    private static final List<String> METHODS = List.of("GET", "GET", "HEAD", "POST", "DELETE", "OPTIONS", "PATCH");
    private static final List<String> HOSTS = List.of(
            "app.example.com",
            "app.example.com",
            "APP.example.com.:8080",
            "localhost",
            "127.0.0.1",
            "[::1]:80",
            "a.lab.example.com",
            "lab.example.com",
            "open.example.com",
            "password.example.com",
            "nobody.example.com",
            "o1.example.com",
            "o.anything.example:1",
            "a..b"); // and no port that is no number: the parser answers that with 400 before anybody is asked
    private static final List<String> PATHS = List.of(
            "/",
            "/",
            "/x?a=b",
            "/health",
            "/health/",
            "/health?x",
            "//health",
            "/admin",
            "/administrator",
            "/both",
            "/either",
            "/either/x",
            "/in/a",
            "/in/shut/a",
            "/in/a/../shut/b",
            "/in/a/..%2f..%2fin/b",
            "/in/a.key",
            "/%61dmin",
            "/x/../admin",
            "/x%2f..%2fadmin",
            "/x/..;/admin",
            "/api/v1/runs",
            "/api/v1",
            "/api//v2/x",
            "/%252e%252e/admin",
            "/%00"); // and no broken escape: the parser answers that with 400 before anybody is asked
    private static final List<String> HOPS = List.of(
            "203.0.113.7",
            "203.0.113.7:4711",
            "203.0.113.66",
            "198.51.100.4",
            "198.51.100.5",
            "10.1.2.3",
            "127.0.0.9",
            "[2001:db8:1::5]:99",
            "2001:db8:2::5",
            "::ffff:203.0.113.8",
            "unknown",
            "010.0.0.1",
            "");
    private static final List<String> ORIGINS = List.of(
            "http://app.example.com",
            "http://APP.example.com:80",
            "https://app.example.com",
            "http://evil.example",
            "null");

    @TempDir
    private Path folder;

    /** An app that says 200 whatever the path, which the JDK's server would not. Requests have no bodies here. */
    private static final class Yes implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final Thread thread = new Thread(this::run, "yes");

        Yes() throws IOException {
            thread.start();
        }

        String url() {
            return "http://127.0.0.1:" + listener.getLocalPort();
        }

        private void run() {
            try {
                while (true) {
                    try (Socket socket = listener.accept()) {
                        answer(socket);
                    }
                }
            } catch (SocketException e) {
                assertThat(listener.isClosed()).as("%s", e).isTrue();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void answer(Socket socket) throws IOException {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            String line = in.readLine();
            while (line != null && !line.isEmpty()) {
                line = in.readLine();
            }
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    /** A request, as both are told of it. */
    private record Asked(String peer, String method, String host, String target, List<String> headers) {

        int over(TestGate gate) throws IOException {
            List<String> lines = new ArrayList<>(headers);
            lines.add(0, "Host: " + host);
            try (RawClient client = gate.connectFrom(peer)) {
                RawResponse answer = client.request(method, target, lines.toArray(String[]::new));
                return answer.status();
            }
        }

        CommandRun explained(Path conf) {
            List<String> args = new ArrayList<>(List.of("explain", "--json", "-c", conf.toString(), peer));
            args.addAll(List.of("--method", method, "--host", host, "--path", target));
            headers.forEach(header -> args.addAll(List.of("-H", header)));
            return CommandRun.of(args.toArray(String[]::new));
        }
    }

    private static Asked anything(Random random) {
        List<String> headers = new ArrayList<>();
        for (int lines = random.nextInt(3); lines > 0; lines--) {
            List<String> hops = new ArrayList<>();
            for (int hop = random.nextInt(3); hop >= 0; hop--) {
                hops.add(oneOf(HOPS, random));
            }
            headers.add("X-Forwarded-For: " + String.join(", ", hops));
        }
        if (random.nextInt(3) == 0) {
            headers.add("Origin: " + oneOf(ORIGINS, random));
        }
        if (random.nextInt(6) == 0) {
            headers.add("X-Forwarded-Host: " + oneOf(HOSTS, random));
        }
        if (random.nextInt(6) == 0) {
            headers.add("X-Forwarded-Proto: " + (random.nextBoolean() ? "https" : "http"));
        }
        if (random.nextInt(4) == 0) {
            headers.add(Basic.line("ana", random.nextBoolean() ? "secret" : "wrong"));
        }
        if (random.nextInt(12) == 0) {
            headers.add("X-Real-IP: 203.0.113.7");
        }
        return new Asked(
                oneOf(PEERS, random), oneOf(METHODS, random), oneOf(HOSTS, random), oneOf(PATHS, random), headers);
    }

    private static String oneOf(List<String> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {20261123, 4711})
    void onAnyRequest(long seed) throws IOException {
        Random random = new Random(seed);
        Map<String, Integer> decisions = new TreeMap<>();
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
        try (Yes app = new Yes();
                TestGate gate = TestGate.start(folder, CONF.replace("APP", app.url()))) {
            for (int i = 0; i < REQUESTS; i++) {
                Asked asked = anything(random);
                CommandRun run = asked.explained(folder.resolve("ipgate.yaml"));
                JsonObject answer = run.json();
                boolean passes = answer.get("passes").getAsBoolean();
                boolean password = answer.get("decision").getAsString().equals("password");
                boolean right = asked.headers().contains(Basic.line("ana", "secret"));

                assertThat(
                                passes || (password && right)
                                        ? 200
                                        : answer.get("status").getAsInt())
                        .as("request %d of seed %d: %s, explained as %s", i, seed, asked, run.out())
                        .isEqualTo(asked.over(gate));
                assertThat(run.status()).isEqualTo(passes ? 0 : password ? 2 : 1);
                decisions.merge(answer.get("decision").getAsString(), 1, Integer::sum);
            }
        }
        assertThat(decisions)
                .as("all kinds of answers were met")
                .containsOnlyKeys(
                        "allow",
                        "deny",
                        "no-address",
                        "password",
                        "untrusted-proxy",
                        "foreign-origin",
                        "bad-request",
                        "unknown-host");
    }

    @Test
    void onTheRuleThatDecides() throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
        try (Yes app = new Yes()) {
            TestGate gate = TestGate.start(folder, CONF.replace("APP", app.url()));
            List<String> rules = new ArrayList<>();
            try (gate) {
                for (String hop : List.of("203.0.113.66", "203.0.113.7", "198.51.100.4", "192.0.2.1")) {
                    Asked asked =
                            new Asked("127.0.0.1", "GET", "app.example.com", "/", List.of("X-Forwarded-For: " + hop));
                    asked.over(gate);
                    String position = asked.explained(folder.resolve("ipgate.yaml"))
                            .json()
                            .get("rule_position")
                            .getAsString();
                    rules.add(" rule=" + position.replaceFirst(":\\d+$", "") + " ");
                }
            }
            List<String> log = gate.log().lines().toList();
            assertThat(log).hasSameSizeAs(rules);
            for (int i = 0; i < rules.size(); i++) {
                assertThat(log.get(i)).contains(rules.get(i));
            }
        }
    }
}

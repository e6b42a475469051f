package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.ListeningProgram;
import dev.ipgate.testing.NginxServer;
import dev.ipgate.testing.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names are found as a real nginx finds them; it has to be installed. */
class NginxNamesTest {

    private static final long SEED = 20261125;

    private static final List<String> PATTERNS = List.of(
            "example.com",
            "*.example.com",
            "*.deep.example.com",
            "www.deep.example.com",
            ".both.org",
            "*.a.both.org",
            "www.example.*",
            "www.example.co.*",
            "*.co.uk",
            "~^w\\d+\\.",
            "~^w1\\.",
            "~two\\.dev$",
            "~^CAPS\\.dev$",
            "~b");

    private static final List<String> LABELS = List.of(
            "example", "com", "www", "deep", "a", "both", "org", "co", "uk", "w1", "W22", "two", "xtwo", "dev", "caps",
            "b");

    @TempDir
    private Path folder;

    @Test
    void namesAreFoundAsNginxFindsThem() throws IOException {
        Map<String, String> patterns = new LinkedHashMap<>();
        PATTERNS.forEach(pattern -> patterns.put(pattern, pattern));
        Hosts<String> hosts = Hosts.compile(patterns);
        try (ListeningProgram nginx = NginxServer.start(folder, NginxNamesTest::servers);
                RawClient client = RawClient.connect(nginx.address())) {
            Random random = new Random(SEED);
            for (int i = 0; i < 3_000; i++) {
                List<String> labels = new ArrayList<>();
                for (int n = 1 + random.nextInt(4); n > 0; n--) {
                    labels.add(LABELS.get(random.nextInt(LABELS.size())));
                }
                String host = String.join(".", labels)
                        + List.of("", ".", ":80", ".:8080").get(random.nextInt(4));
                String found = hosts.find(Objects.requireNonNull(HostName.parse(host)));

                assertThat(found == null ? "none" : found)
                        .as("%s, seed %d", host, SEED)
                        .isEqualTo(client.get("/", "Host: " + host).body());
            }
        }
    }

    private static String servers(int port) {
        String listen = "server { listen 127.0.0.1:" + port;
        StringBuilder text = new StringBuilder("access_log off;\nkeepalive_requests 100000;\n"
                + "geo $dollar { default \"$\"; }\n" + listen + " default_server; return 200 none; }\n");
        for (String pattern : PATTERNS) {
            text.append(listen + "; server_name \"" + pattern + "\"; return 200 '" + pattern.replace("$", "${dollar}")
                    + "'; }\n");
        }
        return text.toString();
    }
}

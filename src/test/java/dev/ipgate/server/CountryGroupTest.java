package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.Mmdb;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A group of a country in a gate that runs. */
@Timeout(60)
class CountryGroupTest {

    private static final String IN = "127.0.0.2";
    private static final String LATER = "127.0.0.3";

    @TempDir
    private Path folder;

    private void replace(String block) throws IOException {
        Path next = new Mmdb("GeoLite2-Country", 6)
                .country(block, "NO")
                .country("2001:db8::/32", "SE")
                .writeTo(folder.resolve("next"), 24);
        Files.move(next, folder.resolve("country.mmdb"), StandardCopyOption.ATOMIC_MOVE);
    }

    private static int status(TestGate gate, String client) throws IOException {
        return gate.getFrom(client, "/").status();
    }

    private static String api(TestGate gate) throws IOException {
        try (RawClient client =
                RawClient.connect(Objects.requireNonNull(gate.gate().adminAddress()))) {
            return client.get("/api/status").body();
        }
    }

    @Test
    void whoIsInTheCountryIsLetInAndADatabaseThatChangesIsTakenIn() throws IOException {
        replace(IN + "/32");
        try (App app = App.start();
                TestGate gate = TestGate.start(folder, """
                        upstream: "APP"
                        groups: {norway: {geoip: country.mmdb, countries: NO}}
                        rules: [{allow: norway}, {deny: all}]
                        admin: 0
                        """.replace("APP", app.url()))) {
            assertThat(status(gate, IN)).isEqualTo(200);
            assertThat(status(gate, LATER)).isEqualTo(403);

            replace(LATER + "/32");
            Eventually.holds("the new one is in force", () -> status(gate, LATER) == 200);
            assertThat(status(gate, IN)).isEqualTo(403);

            Files.writeString(folder.resolve("country.mmdb"), "rubbish");
            Eventually.holds(
                    "it is said to be damaged",
                    () -> api(gate).contains("cannot be read as a database of MaxMind's format"));
            assertThat(status(gate, LATER)).as("what was read before is in use").isEqualTo(200);
        }
    }
}

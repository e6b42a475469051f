package dev.ipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.AccessLogSettings.Format;
import dev.ipgate.config.AccessLogSettings.Target;
import dev.ipgate.config.Settings.Mode;
import dev.ipgate.policy.Action;
import dev.ipgate.problem.Position;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds where the file says nothing. */
class SettingsDefaultsTest {

    @TempDir
    Path folder;

    @Test
    void theMinimumIsAPortAnAppAndARule() throws IOException {
        Settings settings = ConfFile.read(folder, ConfFile.MINIMUM);
        SiteSettings site = Objects.requireNonNull(settings.defaultSite());

        assertThat(settings.listen())
                .singleElement()
                .satisfies(listen -> assertThat(listen.address()).isEqualTo(new InetSocketAddress(8080)));
        assertThat(site.upstream().urls()).containsExactly(new AppUrl(false, "127.0.0.1", 5050));
        assertThat(site.rules()).singleElement().satisfies(rule -> {
            assertThat(rule.action()).isEqualTo(Action.ALLOW);
            assertThat(rule.whom()).hasToString("[127.0.0.1]");
            assertThat(rule.methods()).isEmpty();
            assertThat(rule.until()).isNull();
            assertThat(rule.note()).isNull();
            assertThat(rule.setting()).isEqualTo("rules[0]");
            assertThat(rule.at())
                    .isEqualTo(new Position(folder.resolve("ipgate.yaml").toString(), 3, 9));
        });
        assertThat(site.hosts()).isEmpty();
        assertThat(site.locations()).isEmpty();
        assertThat(site.setting()).isEmpty();
    }

    @Test
    void everythingElseHasADefault() throws IOException {
        Settings settings = ConfFile.read(folder, ConfFile.MINIMUM);

        assertThat(settings.file()).isEqualTo(folder.resolve("ipgate.yaml"));
        assertThat(settings.clientAddress())
                .isEqualTo(new ClientAddressSettings(List.of(), "X-Forwarded-For", true, false, false));
        assertThat(settings.groups()).isEmpty();
        assertThat(settings.sites()).isEmpty();
        assertThat(settings.limits())
                .isEqualTo(new LimitSettings(
                        LimitSettings.UNLIMITED,
                        32 * 1024,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(75),
                        Duration.ofHours(1),
                        10_000,
                        1_000,
                        2L << 30));
        assertThat(settings.accessLog()).isEqualTo(new AccessLogSettings(Format.COMBINED, Target.STDOUT, null));
        assertThat(settings.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(settings.control()).isNull();
    }

    @Test
    void anUpstreamIsSpokenToAsTheClientSpoke() throws IOException {
        UpstreamSettings defaults = new UpstreamSettings(
                List.of(new AppUrl(false, "127.0.0.1", 5050)),
                AppTls.DEFAULT,
                Duration.ofSeconds(5),
                Duration.ofMinutes(5),
                UpstreamSettings.CLIENT_HOST,
                false,
                false,
                512,
                Duration.ofMillis(1500),
                RequestBuffering.OFF,
                AppAuthorization.KEEP,
                List.of(),
                null);
        String table = ConfFile.LISTEN + ConfFile.RULES + "upstream: {url: \"http://127.0.0.1:5050\"}\n";

        assertThat(ConfFile.site(folder, ConfFile.MINIMUM).upstream()).isEqualTo(defaults);
        assertThat(ConfFile.site(folder, table).upstream()).isEqualTo(defaults);
    }

    @Test
    void aPresetSaysHowItsAppIsSpokenTo() throws IOException {
        String top = ConfFile.LISTEN + ConfFile.RULES + "preset: mlflow\n";
        UpstreamSettings usual = ConfFile.site(folder, top).upstream();

        assertThat(usual.urls()).containsExactly(new AppUrl(false, "127.0.0.1", 5050));
        assertThat(usual.hostHeader()).isEqualTo(UpstreamSettings.UPSTREAM_HOST);
        assertThat(usual.originUpstream()).isTrue();
        assertThat(usual.requestBuffering()).isEqualTo(RequestBuffering.CHUNKED);
        assertThat(ConfFile.site(folder, top + "upstream: {connect_timeout: 5s}\n")
                        .upstream())
                .isEqualTo(usual);
        assertThat(ConfFile.site(folder, top + "upstream: [\"http://a\", \"http://b\"]\n")
                        .upstream())
                .isEqualTo(usual.at(List.of(new AppUrl(false, "a", 80), new AppUrl(false, "b", 80))));
        assertThat(ConfFile.site(folder, top + "upstream: {url: \"http://a\", origin: client}\n")
                        .upstream())
                .satisfies(own -> assertThat(own.originUpstream()).isFalse())
                .satisfies(own -> assertThat(own.hostHeader()).isEqualTo(UpstreamSettings.UPSTREAM_HOST));
    }

    @Test
    void aLocationsOwnAppIsAnotherApp() throws IOException {
        SiteSettings site = ConfFile.site(
                folder,
                ConfFile.LISTEN + ConfFile.RULES
                        + "preset: mlflow\nlocations: [{path: /other, upstream: \"http://127.0.0.1:1\"}]\n");

        assertThat(site.locations())
                .filteredOn(location -> location.path().equals("/other"))
                .extracting(
                        location -> Objects.requireNonNull(location.upstream()).originUpstream())
                .containsExactly(false);
    }

    @Test
    void whatIsShippedCanBeRead() throws IOException {
        Path shipped = Path.of("conf/ipgate.yaml");
        List<String> lines = Files.readAllLines(shipped);
        SiteSettings site = ConfFile.site(folder, String.join("\n", lines));

        assertThat(lines).hasSizeLessThan(40);
        assertThat(ConfFile.problems(shipped)).isEmpty();
        assertThat(site.upstream().hostHeader()).isEqualTo(UpstreamSettings.UPSTREAM_HOST);
        assertThat(site.upstream().originUpstream()).isTrue();
        assertThat(site.rules())
                .extracting(rule -> rule.action() + " " + rule.whom())
                .first()
                .isEqualTo("ALLOW [127.0.0.1, ::1]");
        assertThat(site.rules())
                .extracting(rule -> rule.action() + " " + rule.whom())
                .last()
                .isEqualTo("DENY [all]");
    }

    @Test
    void theHintsInWhatIsShippedAreRightToo() throws IOException {
        String text = Files.readString(Path.of("conf/ipgate.yaml"))
                .replaceAll("(?m)^# (upstream|hosts|client_address|control):", "$1:")
                .replaceAll("(?m)^  # (- allow|  access|  until|  note):", "  $1:");

        Settings settings = ConfFile.read(folder, text);

        assertThat(settings.control()).isEqualTo(Path.of("/run/ipgate/control"));
        assertThat(settings.clientAddress().trustedProxies()).hasToString("[127.0.0.1, ::1]");
        assertThat(Objects.requireNonNull(settings.defaultSite()).hosts()).containsExactly("mlflow.example.com");
        assertThat(Objects.requireNonNull(settings.defaultSite()).rules()).hasSize(4);
    }
}

package dev.ipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.auth.AttemptLimit;
import dev.ipgate.policy.Satisfy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthSettingsTest {

    @TempDir
    Path folder;

    @BeforeEach
    void writeUsers() throws IOException {
        Files.writeString(folder.resolve("users"), "ana:{PLAIN}secret\nbea:{PLAIN}secret\n");
        Files.writeString(folder.resolve("others"), "cem:{PLAIN}secret\n");
    }

    private static AuthSettings auth(SiteSettings site) {
        return Objects.requireNonNull(site.auth());
    }

    @Test
    void aUsersFileIsEnough() throws IOException {
        SiteSettings site = ConfFile.site(folder, ConfFile.LISTEN + ConfFile.UPSTREAM + "auth: {users_file: users}\n");
        AuthSettings auth = auth(site);

        assertThat(site.rules()).isEmpty();
        assertThat(site.satisfy()).isEqualTo(Satisfy.ALL);
        assertThat(auth.realm()).isEqualTo("ipgate");
        assertThat(auth.users().path()).isEqualTo(folder.resolve("users"));
        assertThat(auth.users().users().size()).isEqualTo(2);
        assertThat(auth.userHeader()).isNull();
        assertThat(auth.attempts()).isEqualTo(AttemptLimit.DEFAULT);
        assertThat(site.toString()).doesNotContain("secret", "PLAIN");
    }

    @Test
    void everyKeyIsRead() throws IOException {
        AuthSettings auth = auth(ConfFile.site(folder, ConfFile.MINIMUM + """
                satisfy: any
                auth:
                  realm: "Prüfung \\"1\\""
                  users_file: users
                  user_header: X-Remote-User
                  attempts: {failures: 3, window: 2m, delay: 0, hold: 1h}
                """));

        assertThat(auth.realm()).isEqualTo("Prüfung \"1\"");
        assertThat(auth.userHeader()).isEqualTo("X-Remote-User");
        assertThat(auth.attempts())
                .isEqualTo(new AttemptLimit(3, Duration.ofMinutes(2), Duration.ZERO, Duration.ofHours(1)));
    }

    /** A location inherits each key by itself; a site inherits nothing. */
    @Test
    void locationsInheritAndSitesDoNot() throws IOException {
        Settings settings = ConfFile.read(folder, ConfFile.MINIMUM + """
                satisfy: any
                auth: {users_file: users}
                locations:
                  - {path: /same}
                  - {path: /all, satisfy: all}
                  - {path: /off, auth: off}
                  - {path: /own, auth: {users_file: others}}
                sites:
                  - {hosts: a.example.com, upstream: "http://127.0.0.1:1", rules: [{allow: 127.0.0.1}]}
                """);
        List<LocationSettings> locations =
                Objects.requireNonNull(settings.defaultSite()).locations();

        assertThat(locations)
                .extracting(location -> location.path() + " " + location.satisfy() + " " + users(location.auth()))
                .containsExactly("/same ANY users", "/all ALL users", "/off ANY null", "/own ANY others");
        assertThat(settings.sites().get(0).auth()).isNull();
        assertThat(settings.sites().get(0).satisfy()).isEqualTo(Satisfy.ALL);
    }

    private static String users(@Nullable AuthSettings auth) {
        return auth == null ? "null" : auth.users().path().getFileName().toString();
    }

    /** It lets in by either door where there are two, be it in a location only. */
    @Test
    void satisfyAnyMayStandAboveTheLocationsThatItIsFor() throws IOException {
        SiteSettings site = ConfFile.site(folder, ConfFile.MINIMUM + """
                satisfy: any
                locations:
                  - {path: /x, auth: {users_file: users}}
                """);

        assertThat(site.auth()).isNull();
        assertThat(site.locations().get(0).satisfy()).isEqualTo(Satisfy.ANY);
    }

    @Test
    void theAppsCredentialsAreNeverShown() throws IOException {
        Path file = Files.writeString(folder.resolve("app"), "svc:secret\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        UpstreamSettings upstream = ConfFile.site(
                        folder,
                        ConfFile.LISTEN + ConfFile.RULES
                                + "upstream: {url: \"http://a\", authorization: {replace_file: app}}\n")
                .upstream();

        assertThat(upstream.authorization().replacement()).isEqualTo("Basic c3ZjOnNlY3JldA==");
        assertThat(upstream.toString()).contains("authorization=replace").doesNotContain("c3Zj", "secret");
    }
}

package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.CertificateDoor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A TLS connection that was set up for one site carries no requests to another (RFC 9110 section 15.5.20). */
class ServerNameTest {

    private static final String SITES = """
            sites:
              - {hosts: [a.example, "*.a.example"], upstream: "http://127.0.0.1:1", rules: [{allow: 127.0.0.1}]}
              - {hosts: ['~^r[0-9]+\\.example$', "t.*", .d.example], upstream: "http://127.0.0.1:1", rules: [{allow: 127.0.0.1}]}
              - {hosts: [b.example, r0.example], upstream: "http://127.0.0.1:1", rules: [{allow: 127.0.0.1}]}
            """;
    private static final String DEFAULT =
            "hosts: main.example\nupstream: \"http://127.0.0.1:1\"\nrules: [{allow: 127.0.0.1}]\n";

    @TempDir
    private Path folder;

    private @Nullable Refusal refusal(String conf, @Nullable String serverName, @Nullable String host)
            throws IOException {
        Path file = Files.writeString(folder.resolve("ipgate.yaml"), "listen: 8443\n" + conf);
        Request request = new Request(
                ClientAddress.direct(IpAddress.parse("127.0.0.1")),
                name -> List.of(),
                "https",
                serverName,
                host,
                CertificateDoor.NONE,
                "GET",
                "/");
        return Configuration.load(file, Instant.now()).judge().judge(request, 0).refusal();
    }

    @ParameterizedTest(name = "SNI {0}, Host {1}: {2}")
    @CsvSource(textBlock = """
            # SNI,        Host,          with a default site, without one
            a.example,    a.example,     ,                    ,
            A.Example,    a.example:443, ,                    ,
            x.a.example,  a.example,     ,                    ,
            a.example,    y.a.example,   ,                    ,
            a.example,    b.example,     OTHER_SITE,          OTHER_SITE
            b.example,    a.example,     OTHER_SITE,          OTHER_SITE
            a.example,    main.example,  OTHER_SITE,          OTHER_SITE
            a.example,    127.0.0.1,     OTHER_SITE,          OTHER_SITE
            a.example,    ,              OTHER_SITE,          OTHER_SITE
            main.example, a.example,     OTHER_SITE,          OTHER_SITE
            else.example, a.example,     OTHER_SITE,          OTHER_SITE
            else.example, main.example,  ,                    UNKNOWN_HOST
            else.example, else.example,  ,                    UNKNOWN_HOST
            r1.example,   r1.example,    ,                    ,
            R1.Example,   r2.example:1,  ,                    ,
            t.example,    r2.example,    ,                    ,
            d.example,    x.d.example,   ,                    ,
            r1.example,   t.anything.at, ,                    ,
            r1.example,   r0.example,    OTHER_SITE,          OTHER_SITE
            r0.example,   r1.example,    OTHER_SITE,          OTHER_SITE
            r1.example,   a.example,     OTHER_SITE,          OTHER_SITE
            r1.example,   xr1.example,   OTHER_SITE,          OTHER_SITE
            xr1.example,  r1.example,    OTHER_SITE,          OTHER_SITE
            r1.example,   main.example,  OTHER_SITE,          OTHER_SITE
            -.[],         a.example,     OTHER_SITE,          OTHER_SITE
            ,             a.example,     ,                    ,
            ,             b.example,     ,                    ,
            ,             else.example,  ,                    UNKNOWN_HOST
            """)
    void theHostHasToBeOfTheSameSite(
            @Nullable String serverName,
            @Nullable String host,
            @Nullable Refusal withDefault,
            @Nullable Refusal without)
            throws IOException {
        assertThat(refusal(DEFAULT + SITES, serverName, host)).isEqualTo(withDefault);
        assertThat(refusal(SITES, serverName, host)).isEqualTo(without);
    }
}

package dev.ipgate.config;

import dev.ipgate.tls.Pem;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code upstream.tls}, and the file of certificates that it names. */
final class AppTlsReader {

    private final Path conf;

    AppTlsReader(Path conf) {
        this.conf = conf;
    }

    /**
     * Reads the table.
     *
     * @param anyTls whether it is of use, since one of the URLs is https
     */
    AppTls read(@Nullable Setting setting, boolean anyTls) {
        Section section = setting == null ? null : setting.section(Keys.UPSTREAM_TLS);
        if (setting == null || section == null) {
            return AppTls.DEFAULT;
        }
        if (!anyTls) {
            setting.error("is for https, but no URL here is; leave it out, or write https://");
        }
        boolean verify = section.flag("verify", true);
        Setting file = section.find("ca_file");
        if (!verify) {
            Setting said = section.find("verify");
            (said == null ? setting : said)
                    .warning(
                            "believes every certificate, so whoever is between the gate and the app can read and change"
                                    + " everything; name the app's certificate in ca_file instead");
            if (file != null) {
                file.error("has no effect with verify: false; leave one of the two out");
            }
        }
        List<X509Certificate> authorities = file == null
                ? null
                : file.as(text -> Pem.read(ConfPath.resolve(conf, text)).certificates());
        if (file != null && authorities != null) {
            warnIfOld(file, authorities);
        }
        return new AppTls(verify, authorities == null ? List.of() : authorities);
    }

    private static void warnIfOld(Setting file, List<X509Certificate> authorities) {
        for (X509Certificate authority : authorities) {
            Instant end = authority.getNotAfter().toInstant();
            if (end.isBefore(Instant.now())) {
                file.warning("holds a certificate that expired on " + end);
            }
        }
    }
}

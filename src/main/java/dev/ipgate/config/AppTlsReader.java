package dev.ipgate.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code upstream.tls}, and the file of certificates that it names. */
final class AppTlsReader {

    private static final int LONGEST_FILE = 4 * 1024 * 1024; // bytes; the list that browsers trust has 220 KB
    private static final Pattern PEM = // what stands between the blocks is a comment
            Pattern.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Pattern.DOTALL);

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
        List<X509Certificate> authorities = file == null ? null : file.as(text -> certificates(conf, text));
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

    private static List<X509Certificate> certificates(Path conf, String name) {
        Path path = ConfPath.resolve(conf, name);
        String quoted = "\"" + path + "\"";
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            Matcher blocks = PEM.matcher(new String(bytes(path, quoted), ISO_8859_1));
            while (blocks.find()) {
                byte[] block = blocks.group().getBytes(ISO_8859_1);
                if (factory.generateCertificate(new ByteArrayInputStream(block))
                        instanceof X509Certificate certificate) {
                    found.add(certificate);
                }
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    quoted + " has a certificate, number " + (found.size() + 1) + " in the file, that cannot be read",
                    e);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    quoted + " holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----");
        }
        return found;
    }

    private static byte[] bytes(Path path, String quoted) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(LONGEST_FILE + 1);
            if (bytes.length > LONGEST_FILE) {
                throw new IllegalArgumentException(quoted + " is larger than 4 MiB");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(quoted + " does not exist", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(quoted + " cannot be read: " + e.getMessage(), e);
        }
    }
}

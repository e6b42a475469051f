package dev.ipgate.config;

import dev.ipgate.config.CertificateFiles.Paths;
import dev.ipgate.tls.Identity.UnusableKeyException;
import dev.ipgate.tls.Pem;
import dev.ipgate.tls.TlsServer.ClientAuthentication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a listener's {@code tls}, and the certificates and keys that it names, each once. */
final class TlsReader {

    private static final Duration YEAR = Duration.ofDays(365);
    private static final String EXAMPLE = "; write certificate: fullchain.pem and private_key: privkey.pem";

    private final Path conf;
    private final Map<Paths, CertificateFiles> read = new HashMap<>();

    /** @param conf the conf file, beside which certificates are looked up */
    TlsReader(Path conf) {
        this.conf = conf;
    }

    /** What {@code tls} says: a pair, or a list of pairs; null if something is wrong with it, which has been reported. */
    @Nullable
    TlsSettings read(Setting setting) {
        if (setting.isList()) {
            List<CertificateFiles> pairs = pairs(setting);
            return pairs == null ? null : new TlsSettings(pairs, null, Duration.ZERO);
        }
        Section section = setting.section(Keys.TLS);
        if (section == null) {
            return null;
        }
        List<CertificateFiles> certificates = certificates(section);
        ClientAuthentication clients = clients(section);
        Setting hsts = section.find("hsts");
        Duration maxAge = hsts == null ? Duration.ZERO : hsts.as(TlsReader::hsts);
        return certificates == null || (clients == null && section.has("client_ca_file")) || maxAge == null
                ? null
                : new TlsSettings(certificates, clients, maxAge);
    }

    private @Nullable List<CertificateFiles> certificates(Section section) {
        Setting several = section.find("certificates");
        if (several == null) {
            CertificateFiles one = pair(section);
            return one == null ? null : List.of(one);
        }
        for (String key : List.of("certificate", "private_key", "passphrase_file")) {
            Setting stray = section.find(key);
            if (stray != null) {
                stray.errorAtKey("is one certificate, and certificates a list of several; write one of the two");
            }
        }
        return pairs(several);
    }

    private @Nullable List<CertificateFiles> pairs(Setting setting) {
        List<CertificateFiles> pairs = new ArrayList<>();
        List<Setting> items = setting.items();
        if (setting.isList() && items.isEmpty()) {
            setting.error("is empty" + EXAMPLE);
        }
        for (Setting item : items) {
            Section section = item.section(Keys.CERTIFICATE);
            CertificateFiles pair = section == null ? null : pair(section);
            if (pair != null) {
                pairs.add(pair);
            }
        }
        return pairs.isEmpty() || pairs.size() < items.size() ? null : pairs;
    }

    private @Nullable CertificateFiles pair(Section section) {
        Setting certificate = section.find("certificate");
        Setting privateKey = section.find("private_key");
        if (certificate == null) {
            section.missing("certificate", "is missing" + EXAMPLE);
        }
        if (privateKey == null) {
            section.missing("private_key", "is missing" + EXAMPLE);
        }
        Path certificatePath = certificate == null ? null : path(certificate);
        Path keyPath = privateKey == null ? null : path(privateKey);
        Setting passphrase = section.find("passphrase_file");
        Path passphrasePath = passphrase == null ? null : path(passphrase);
        if (certificate == null
                || privateKey == null
                || certificatePath == null
                || keyPath == null
                || (passphrase != null && passphrasePath == null)) {
            return null;
        }
        Paths paths = new Paths(certificatePath, keyPath, passphrasePath);
        CertificateFiles known = read.get(paths);
        return known == null ? pair(certificate, privateKey, paths) : known;
    }

    private @Nullable CertificateFiles pair(Setting certificate, Setting privateKey, Paths paths) {
        try {
            CertificateFiles files = CertificateFiles.read(paths);
            read.put(paths, files);
            review(certificate, privateKey, files);
            return files;
        } catch (UnusableKeyException e) {
            privateKey.error(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            certificate.error(String.valueOf(e.getMessage()));
        }
        return null;
    }

    private @Nullable Path path(Setting setting) {
        return setting.as(text -> ConfPath.resolve(conf, text));
    }

    private static void review(Setting certificate, Setting privateKey, CertificateFiles files) {
        String date = files.dateWarning(Instant.now());
        if (date != null) {
            certificate.warning(date);
        }
        int gap = files.identity().gap();
        if (gap > 0) {
            certificate.warning("\"" + files.paths().certificate() + "\": certificate " + (gap + 1)
                    + " of the file is not the issuer of the one before it, so clients may not find the authority");
        }
        Path chain = files.paths().certificate().resolveSibling("fullchain.pem");
        if (files.paths().certificate().endsWith("cert.pem") && Files.exists(chain)) {
            certificate.warning(
                    "is certbot's certificate without its chain, which clients need; write \"" + chain + "\"");
        }
        if (isForEverybody(files.paths().privateKey())) {
            privateKey.warning("\"" + files.paths().privateKey()
                    + "\" can be read by everybody on this machine; use chmod 640, and chgrp to the gate's group");
        }
    }

    private static boolean isForEverybody(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private @Nullable ClientAuthentication clients(Section section) {
        Setting file = section.find("client_ca_file");
        Setting verify = section.find("verify");
        Boolean required = verify == null ? null : verify.word(Map.of("required", true, "optional", false));
        if (file == null) {
            if (verify != null) {
                verify.errorAtKey(
                        "is about clients' certificates and needs client_ca_file, the authority that signs them");
            }
            return null;
        }
        if (verify == null) {
            section.missing("verify", "is missing; write required, or optional where other doors let in as well");
        }
        List<X509Certificate> authorities =
                file.as(text -> Pem.read(ConfPath.resolve(conf, text)).certificates());
        return authorities == null || required == null ? null : new ClientAuthentication(authorities, required);
    }

    /** As other durations, and years: browsers' lists of such sites ask for one at least. */
    private static Duration hsts(String text) {
        Duration max = YEAR.multipliedBy(2);
        return text.matches("[12]y")
                ? YEAR.multipliedBy(text.charAt(0) - '0')
                : Durations.parse(text, Duration.ZERO, max);
    }
}

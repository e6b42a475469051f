package dev.ipgate.server;

import dev.ipgate.config.CertificateFiles;
import dev.ipgate.config.CertificateFiles.Paths;
import dev.ipgate.config.TlsSettings;
import dev.ipgate.config.WatchedFiles;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.XnioWorker;

/**
 * The certificates in use. New files, which certbot leaves without telling, are read and shown in the next handshake; files
 * that cannot be used leave the old certificate where it is. Whoever forgets to renew is told every day.
 */
final class CertificateWatch {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final Duration DAY = Duration.ofDays(1);

    /** A certificate as it was last accepted. */
    private static final class Watched {
        private final WatchedFiles files;
        private CertificateFiles accepted;
        private Instant reviewed = Instant.now(); // the conf file's reader has just done so

        Watched(CertificateFiles accepted) {
            this.accepted = accepted;
            files = new WatchedFiles(
                    "the certificate " + accepted.paths().certificate(),
                    accepted.paths().all(),
                    accepted.stamps(),
                    LOG);
        }
    }

    private final Lookout lookout;
    private final LongAdder failures = new LongAdder();
    private final Map<Paths, Watched> certificates = new HashMap<>();
    private List<Endpoint> endpoints = List.of();

    CertificateWatch(XnioWorker worker) {
        lookout = new Lookout(worker, this::look);
    }

    /** How often files had changed and could not be used, since the start. */
    long failures() {
        return failures.sum();
    }

    /** The certificates in use, each as it was last accepted. */
    synchronized List<CertificateFiles> inUse() {
        return certificates.values().stream().map(watched -> watched.accepted).toList();
    }

    /** Watches what the listeners use now, which was just read, and nothing else. */
    synchronized void watch(Collection<Endpoint> open) {
        endpoints = List.copyOf(open);
        Map<Paths, Watched> wanted = new HashMap<>();
        for (Endpoint endpoint : open) {
            TlsSettings tls = endpoint.settings().tls();
            if (tls != null) {
                tls.certificates().forEach(files -> wanted.put(files.paths(), new Watched(files)));
            }
        }
        certificates.clear();
        certificates.putAll(wanted);
        if (!certificates.isEmpty()) {
            lookout.start();
        }
    }

    private synchronized void look() {
        Instant now = Instant.now();
        for (Watched certificate : certificates.values()) {
            if (certificate.files.haveChanged()) {
                read(certificate, now);
            }
            if (Duration.between(certificate.reviewed, now).compareTo(DAY) >= 0) {
                review(certificate, now);
            }
        }
    }

    private void read(Watched certificate, Instant now) {
        try {
            CertificateFiles reading = CertificateFiles.read(certificate.accepted.paths());
            boolean same = reading.equals(certificate.accepted);
            if (!same && reading.isOutOfDate(now)) {
                refuse(certificate, reading.dateWarning(now));
                return;
            }
            certificate.accepted = reading;
            certificate.files.accept(reading.stamps());
            if (!same) {
                endpoints.forEach(endpoint -> endpoint.use(reading));
                LOG.info("the certificate {} has changed: {}", reading.paths().certificate(), reading.identity());
                review(certificate, now);
            }
        } catch (IllegalArgumentException e) {
            refuse(certificate, e.getMessage());
        }
    }

    private void refuse(Watched certificate, @Nullable String reason) {
        failures.increment();
        certificate.files.refuse();
        LOG.error(
                "the certificate {} cannot be used, and the one from before stays: {}",
                certificate.accepted.paths().certificate(),
                reason);
    }

    private static void review(Watched certificate, Instant now) {
        certificate.reviewed = now;
        String warning = certificate.accepted.dateWarning(now);
        if (warning != null) {
            LOG.warn("the certificate {}", warning);
        }
    }
}

package dev.ipgate.config;

import dev.ipgate.tls.Identity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One reading of a certificate and of the private key that belongs to it. */
public final class CertificateFiles {

    private static final Duration SOON = Duration.ofDays(14);

    /**
     * Where they are.
     *
     * @param certificate PEM, the server's own certificate first
     * @param privateKey PEM
     * @param passphrase holds the passphrase of an encrypted key, or null
     */
    public record Paths(
            Path certificate, Path privateKey, @Nullable Path passphrase) {

        /** All of them. */
        public List<Path> all() {
            List<Path> all = new ArrayList<>(List.of(certificate, privateKey));
            if (passphrase != null) {
                all.add(passphrase);
            }
            return all;
        }
    }

    private final Paths paths;
    private final Identity identity;
    private final List<Optional<FileStamp>> stamps;

    private CertificateFiles(Paths paths, Identity identity, List<Optional<FileStamp>> stamps) {
        this.paths = paths;
        this.identity = identity;
        this.stamps = stamps;
    }

    /**
     * Reads both.
     *
     * @throws IllegalArgumentException with a message for the operator, if they cannot be used
     */
    public static CertificateFiles read(Paths paths) {
        List<Optional<FileStamp>> before = FileStamp.of(paths.all());
        return new CertificateFiles(
                paths, Identity.read(paths.certificate(), paths.privateKey(), paths.passphrase()), before);
    }

    public Paths paths() {
        return paths;
    }

    public Identity identity() {
        return identity;
    }

    /** What the files looked like just before they were read. */
    public List<Optional<FileStamp>> stamps() {
        return stamps;
    }

    /** Whether no client would believe the certificate, as its time is over or has not come. */
    public boolean isOutOfDate(Instant now) {
        return now.isAfter(identity.validUntil()) || now.isBefore(identity.validFrom());
    }

    /** What to tell the operator of the certificate's time; null if it is valid and will be for 14 days. */
    public @Nullable String dateWarning(Instant now) {
        String quoted = "\"" + paths.certificate() + "\"";
        Instant end = identity.validUntil();
        if (now.isAfter(end)) {
            return quoted + " expired on " + end + ": clients refuse it";
        }
        if (now.isBefore(identity.validFrom())) {
            return quoted + " is not valid before " + identity.validFrom() + ": clients refuse it";
        }
        Duration left = Duration.between(now, end);
        if (left.compareTo(SOON) >= 0) {
            return null;
        }
        long days = left.toDays();
        return quoted + " expires on " + end + ", in "
                + (days == 1 ? "1 day" : days > 1 ? days + " days" : left.toHours() + " h");
    }

    /** The same files with the same certificates in them. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CertificateFiles files && paths.equals(files.paths) && identity.equals(files.identity);
    }

    @Override
    public int hashCode() {
        return paths.hashCode();
    }

    @Override
    public String toString() {
        return paths.certificate() + " (" + identity + ")";
    }
}

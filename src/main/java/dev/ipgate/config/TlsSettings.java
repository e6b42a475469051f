package dev.ipgate.config;

import dev.ipgate.tls.TlsServer.ClientAuthentication;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS on a listener.
 *
 * @param certificates never empty; the first is for clients that ask for no name, or for one that is in none of them
 * @param clients what clients' certificates are judged by; null if none are asked for
 * @param hsts how long browsers are to come by https only (RFC 6797); zero for not saying so
 */
public record TlsSettings(
        List<CertificateFiles> certificates, @Nullable ClientAuthentication clients, Duration hsts) {

    public TlsSettings {
        certificates = List.copyOf(certificates);
    }

    /** The same with another reading of some of its files. */
    public TlsSettings with(CertificateFiles reading) {
        return new TlsSettings(
                certificates.stream()
                        .map(files -> files.paths().equals(reading.paths()) ? reading : files)
                        .toList(),
                clients,
                hsts);
    }
}

package dev.ipgate.config;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * How the certificate of an https app is judged; nginx's {@code proxy_ssl_verify} and {@code proxy_ssl_trusted_certificate}.
 *
 * @param verify whether it must be valid, for the app's host, and signed by an authority; true by default
 * @param authorities the certificates of {@code ca_file}, so that new content is a new setting; empty for those that the
 *     JDK trusts
 */
public record AppTls(boolean verify, List<X509Certificate> authorities) {

    /** Verified against the authorities that the JDK trusts. */
    public static final AppTls DEFAULT = new AppTls(true, List.of());

    public AppTls {
        authorities = List.copyOf(authorities);
    }
}

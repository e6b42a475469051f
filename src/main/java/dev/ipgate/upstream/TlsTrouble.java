package dev.ipgate.upstream;

import dev.ipgate.tls.TlsHandshake;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;

/** Says in the operator's words why a handshake failed, which the JDK hides in the causes of its exceptions. */
final class TlsTrouble {

    private TlsTrouble() {}

    static String text(IOException e) {
        Throwable path = null;
        Throwable certificate = null;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return "its certificate has expired (" + TlsHandshake.message(cause) + ")";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "its certificate is not valid yet (" + TlsHandshake.message(cause) + ")";
            }
            if (cause instanceof CertPathBuilderException) {
                return "its certificate is signed by an unknown authority; name that authority in tls.ca_file";
            }
            path = cause instanceof CertPathValidatorException ? cause : path;
            certificate = cause instanceof CertificateException ? cause : certificate;
        }
        if (path != null) {
            return "its certificate is not acceptable (" + TlsHandshake.message(path) + ")";
        }
        if (certificate != null) {
            // of all checks only that of the name ends in the plain exception
            return "its certificate does not match the host's name (" + TlsHandshake.message(certificate) + ")";
        }
        String message = TlsHandshake.message(e);
        return message.contains("nrecognized SSL message") // the JDK has two spellings of it
                ? "it does not speak TLS there; write http:// if that is right"
                : message;
    }
}

package dev.ipgate.upstream;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in the operator's words why a handshake failed, which the JDK hides in the causes of its exceptions. */
final class TlsTrouble {

    private static final int LONGEST = 300;

    private TlsTrouble() {}

    static String text(SSLException e) {
        Throwable path = null;
        Throwable certificate = null;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return "its certificate has expired (" + said(cause) + ")";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "its certificate is not valid yet (" + said(cause) + ")";
            }
            if (cause instanceof CertPathBuilderException) {
                return "its certificate is signed by an unknown authority; name that authority in tls.ca_file";
            }
            path = cause instanceof CertPathValidatorException ? cause : path;
            certificate = cause instanceof CertificateException ? cause : certificate;
        }
        if (path != null) {
            return "its certificate is not acceptable (" + said(path) + ")";
        }
        if (certificate != null) {
            // of all checks only that of the name ends in the plain exception
            return "its certificate does not match the host's name (" + said(certificate) + ")";
        }
        String message = said(e);
        return message.contains("nrecognized SSL message") // the JDK has two spellings of it
                ? "it does not speak TLS there; write http:// if that is right"
                : message;
    }

    /** The message without control characters: parts of it come from the app. */
    private static String said(Throwable e) {
        String message = String.valueOf((@Nullable String) e.getMessage()).replaceAll("\\p{Cntrl}", "?");
        return message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message;
    }
}

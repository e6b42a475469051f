package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the operator reads when a handshake failed; the exceptions are nested as the JDK nests them. */
class TlsTroubleTest {

    record Case(String text, SSLException thrown) {}

    static List<Case> cases() {
        return List.of(
                new Case(
                        "its certificate has expired (NotAfter: yesterday)",
                        failed(new CertPathValidatorException(
                                "validity check failed", new CertificateExpiredException("NotAfter: yesterday")))),
                new Case(
                        "its certificate is not valid yet (NotBefore: tomorrow)",
                        failed(new CertPathValidatorException(
                                "validity check failed", new CertificateNotYetValidException("NotBefore: tomorrow")))),
                new Case(
                        "its certificate is signed by an unknown authority; name that authority in tls.ca_file",
                        failed(new CertPathBuilderException("unable to find valid certification path"))),
                new Case(
                        "its certificate is not acceptable (Algorithm constraints check failed)",
                        failed(new CertPathValidatorException("Algorithm constraints check failed"))),
                new Case(
                        "its certificate does not match the host's name (No name matching a found)",
                        new SSLException("x", new CertificateException("No name matching a found"))),
                new Case(
                        "it does not speak TLS there; write http:// if that is right",
                        new SSLException("Unsupported or unrecognized SSL message")),
                new Case(
                        "it does not speak TLS there; write http:// if that is right",
                        new SSLException("Unrecognized SSL message, plaintext connection?")),
                new Case(
                        "Received fatal alert: handshake_failure",
                        new SSLHandshakeException("Received fatal alert: handshake_failure")),
                new Case("a??b", new SSLException("a\r\nb")));
    }

    private static SSLException failed(Exception cause) {
        return new SSLException("PKIX path", new CertificateException("PKIX path", cause));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void saysWhatIsWrong(Case expected) {
        assertThat(TlsTrouble.text(expected.thrown())).isEqualTo(expected.text());
    }
}

package dev.ipgate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SatisfyTest {

    /** nginx's table; where the password is left to decide, right enters and anything else gets 401. */
    @ParameterizedTest(name = "{0}, address allowed {1}: {2}")
    @CsvSource({"ALL, true, PASSWORD", "ALL, false, CLOSED", "ANY, true, OPEN", "ANY, false, PASSWORD"})
    void theAddressIsJudgedFirst(Satisfy satisfy, boolean allowed, Entry entry) {
        assertThat(satisfy.afterAddress(allowed)).isEqualTo(entry);
    }

    @ParameterizedTest(name = "{0}, others leave {1}, certificate {2}: {3}")
    @CsvSource(textBlock = """
            # satisfy, others,   certificate, left
            ALL,       OPEN,     NONE,        OPEN
            ALL,       PASSWORD, NONE,        PASSWORD
            ALL,       CLOSED,   NONE,        CLOSED
            ALL,       OPEN,     OPEN,        OPEN
            ALL,       PASSWORD, OPEN,        PASSWORD
            ALL,       CLOSED,   OPEN,        CLOSED
            ALL,       OPEN,     SHUT,        NO_CERTIFICATE
            ALL,       PASSWORD, SHUT,        NO_CERTIFICATE
            ALL,       CLOSED,   SHUT,        CLOSED
            ANY,       OPEN,     NONE,        OPEN
            ANY,       PASSWORD, NONE,        PASSWORD
            ANY,       CLOSED,   NONE,        CLOSED
            ANY,       OPEN,     OPEN,        OPEN
            ANY,       PASSWORD, OPEN,        OPEN
            ANY,       CLOSED,   OPEN,        OPEN
            ANY,       OPEN,     SHUT,        OPEN
            ANY,       PASSWORD, SHUT,        PASSWORD
            ANY,       CLOSED,   SHUT,        CLOSED
            ALL,       OPEN,     BARRED,      NO_CERTIFICATE
            ALL,       CLOSED,   BARRED,      CLOSED
            ANY,       OPEN,     BARRED,      NO_CERTIFICATE
            ANY,       PASSWORD, BARRED,      NO_CERTIFICATE
            ANY,       CLOSED,   BARRED,      CLOSED
            """)
    void aCertificateIsOneMoreDoor(Satisfy satisfy, Entry others, CertificateDoor certificate, Entry left) {
        assertThat(satisfy.afterCertificate(others, certificate)).isEqualTo(left);
    }
}

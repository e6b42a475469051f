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
}

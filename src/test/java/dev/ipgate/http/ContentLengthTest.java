package dev.ipgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentLengthTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "007, 7", "999999999999999999, 999999999999999999"})
    void digitsAreALength(String text, long bytes) {
        assertThat(ContentLength.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+5", "-5", " 5", "5 ", "5,5", "0x5", "5.0", "\u0665", "1000000000000000000"})
    void nothingElseIs(String text) {
        assertThat(ContentLength.parse(text)).isEqualTo(ContentLength.NONE);
    }
}

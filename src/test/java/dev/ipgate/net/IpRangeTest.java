package dev.ipgate.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IpRangeTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            10.0.0.1,                    10.0.0.1
            10.0.0.0/30,                 10.0.0.0-10.0.0.3
            10.0.0.1-10.0.0.9,           10.0.0.1-10.0.0.9
            10.0.0.1 - 10.0.0.9,         10.0.0.1-10.0.0.9
            10.0.0.1-10.0.0.1,           10.0.0.1
            ::1-::ff,                    ::1-::ff
            ::ffff:1.2.3.4-1.2.3.5,      1.2.3.4-1.2.3.5
            2001:db8::/126,              2001:db8::-2001:db8::3
            """)
    void isAnAddressABlockOrTwoAddresses(String text, String range) {
        assertThat(IpRange.parse(text)).hasToString(range).isEqualTo(IpRange.parse(range));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            10.0.0.9 - 10.0.0.1  | "10.0.0.9 - 10.0.0.1" ends before it begins; did you mean 10.0.0.1-10.0.0.9?
            10.0.0.1-::1         | "10.0.0.1-::1" begins and ends in different families
            ::FFFF:1.2.3.4 - 1:: | "::FFFF:1.2.3.4 - 1::" begins and ends in different families
            10.0.0.1-            | "10.0.0.1-" needs an address on both sides of the "-"
            -10.0.0.1            | "-10.0.0.1" needs an address on both sides of the "-"
            10.0.0.1-5           | "5" is not an IP address: IPv4 has four octets
            10.0.0.1-10.0.0.0/8  | "10.0.0.0/8" is a block; write one address
            10.0.0.1/8           | "10.0.0.1/8" has host bits set; did you mean 10.0.0.0/8?
            office               | "office" is not an IP address
            """)
    void aRefusalNamesTheTextAsWritten(String text, String message) {
        assertThatThrownBy(() -> IpRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest(name = "{0} holds {1}: {2}")
    @CsvSource(textBlock = """
            10.0.0.1-10.0.0.3, 10.0.0.0,                                false
            10.0.0.1-10.0.0.3, 10.0.0.1,                                true
            10.0.0.1-10.0.0.3, 10.0.0.3,                                true
            10.0.0.1-10.0.0.3, 10.0.0.4,                                false
            10.0.0.1-10.0.0.3, ::ffff:10.0.0.2,                         true
            10.0.0.1-10.0.0.3, ::10.0.0.2,                              false
            0.0.0.0/0,         ::1,                                     false
            ::/0,              1.2.3.4,                                 false
            ::/0,              ::,                                      true
            ::/0,              ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, true
            """)
    void holdsItsEndsAndNothingOutside(String range, String address, boolean held) {
        assertThat(IpRange.parse(range).contains(IpAddress.parse(address))).isEqualTo(held);
    }
}

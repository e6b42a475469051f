package dev.ipgate.client;

import static dev.ipgate.client.ClientAddressesTest.PROXIES;
import static dev.ipgate.client.ClientAddressesTest.sending;
import static dev.ipgate.client.ClientAddressesTest.shown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.net.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedElementTest {

    private static String find(boolean keepMalformed, String lines) {
        return shown(new ClientAddresses(PROXIES, "Forwarded", true, keepMalformed, false)
                .find(IpAddress.parse("10.0.0.1"), sending("Forwarded", lines)));
    }

    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(quoteCharacter = '~', textBlock = """
            # Forwarded,                                                        client
            ~~,                                                                 10.0.0.1
            ~, ,~,                                                              10.0.0.1
            for=203.0.113.7,                                                    203.0.113.7
            FOR=203.0.113.7,                                                    203.0.113.7
            For="[2001:db8:cafe::17]:4711",                                     2001:db8:cafe::17
            for="[2001:db8:cafe::17]",                                          2001:db8:cafe::17
            for="203.0.113.7:47011",                                            203.0.113.7
            for="203.0.113.7",                                                  203.0.113.7
            for="203\\.0.113\\.7",                                              203.0.113.7
            for=203.0.113.7;proto=http;by=10.0.0.1,                             203.0.113.7
            by=10.0.0.1;proto=http;for=203.0.113.7,                             203.0.113.7
            ;;for=203.0.113.7;;by=_x;,                                          203.0.113.7
            for=203.0.113.7;host="a;b";x="\\"";y=!#$%&'*+-.^_`,                          203.0.113.7
            for=203.0.113.7;host="a;b\\";c=d";x="\\"",                          203.0.113.7
            ~for=198.51.100.9, for=203.0.113.7~,                                203.0.113.7
            ~for=203.0.113.7, for=10.0.0.2~,                                    203.0.113.7
            ~for=203.0.113.7|for=10.0.0.2~,                                     203.0.113.7
            ~for=203.0.113.7,,for=10.0.0.2 ,~,                                  203.0.113.7
            ~for=203.0.113.7;by="a, for=198.51.100.9"~,                         203.0.113.7
            ~for=203.0.113.7;by="a, for=198.51.100.9", for=10.0.0.2~,           203.0.113.7
            ~for=203.0.113.7;by="a\\", for=198.51.100.9"~,                      203.0.113.7
            ~for=203.0.113.7;by="a\\\\", for=198.51.100.9~,                     198.51.100.9
            ~for=unknown, for=203.0.113.7~,                                     203.0.113.7
            ~nonsense, for=203.0.113.7~,                                        203.0.113.7
            """)
    void readsWhatRfc7239Allows(String header, String expected) {
        assertThat(find(false, header)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "for",
                "for=",
                "=203.0.113.7",
                "203.0.113.7",
                "proto=http",
                ";",
                "for=203.0.113.7;for=203.0.113.7",
                "for=203.0.113.7;For=10.0.0.2",
                "for=203.0.113.7;by=a;BY=b",
                "by=a;by=b;for=203.0.113.7",
                "for=unknown",
                "for=_hidden",
                "for=\"_hidden:80\"",
                "for=\"unknown:80\"",
                "for=\"203.0.113.7:_port\"",
                "for=2001:db8::7",
                "for=[2001:db8::7]",
                "for=\"2001:db8::7\"",
                "for=203.0.113.7:80",
                "for=\"\"",
                "for=\" 203.0.113.7\"",
                "for =203.0.113.7",
                "for= 203.0.113.7",
                "for=203.0.113.7; proto=http",
                "for=203.0.113.7 ;proto=http",
                "for=203.0.113.7 proto=http",
                "for=203.0.113.7;proto",
                "for=203.0.113.7;proto=",
                "for=203.0.113.7;proto=\"http",
                "for=203.0.113.7;proto=\"http\"s",
                "for=203.0.113.7;proto=h\"ttp\"",
                "for=203.0.113.7;x=\"\u0001\"",
                "for=203.0.113.7;x=\"\u0100\"",
                "for=203.0.113.7;\u00e9=1",
                "for=203.0.113.7;a b=1",
                "for='203.0.113.7'",
                "f\u00f6r=203.0.113.7",
                "for=\"203.0.113.7\\\"",
                "for=\"\\\"203.0.113.7\"",
                "for=203.0.113.7;a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1;i=1;j=1;k=1;l=1;m=1;n=1;o=1;p=1"
            })
    void refusesEverythingElse(String element) {
        assertThat(find(false, element)).isEqualTo("refused");
        assertThat(find(true, element)).isEqualTo("10.0.0.1");
        assertThat(find(false, "for=198.51.100.9, " + element + ", for=10.0.0.2"))
                .isEqualTo("refused");
    }

    /** What a stranger sends, a proxy appends to, and a reader from the left would take for one long quoted string. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "for=\"10.9.9.9",
                "for=10.9.9.9;x=\"",
                "for=10.9.9.9;x=\"\\",
                "\"",
                "for=\"10.9.9.9\\\"",
                "\"\"\"",
                "for=10.9.9.9;x=\"a\";y=\""
            })
    void aQuoteThatAStrangerLeavesOpenNeverHidesHisAddress(String spoofed) {
        for (String appended : new String[] {
            "for=203.0.113.7",
            "for=\"203.0.113.7\"",
            "for=203.0.113.7;host=\"a\\\"b\"",
            "for=203.0.113.7;x=\"\\\\\", for=10.0.0.2"
        }) {
            assertThat(find(false, spoofed + ", " + appended)).isIn("refused", "203.0.113.7");
            assertThat(find(true, spoofed + ", " + appended)).isEqualTo("203.0.113.7");
            assertThat(find(false, spoofed + "|" + appended)).isEqualTo("203.0.113.7");
            assertThat(find(true, spoofed + "|" + appended)).isEqualTo("203.0.113.7");
        }
    }

    @Test
    void aLineWithAnOpenQuoteIsMalformed() {
        assertThat(find(false, "for=\"10.9.9.9, for=203.0.113.7")).isEqualTo("refused");
        assertThat(find(false, "for=\"10.9.9.9|for=203.0.113.7"))
                .as("lines are separate")
                .isEqualTo("203.0.113.7");
    }
}

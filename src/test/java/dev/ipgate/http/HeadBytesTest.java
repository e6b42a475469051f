package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.util.HttpString;
import org.junit.jupiter.api.Test;

class HeadBytesTest {

    private static String text(HeadBytes head) {
        return ISO_8859_1.decode(head.buffer()).toString();
    }

    @Test
    void charactersAreBytesAsTheyStand() {
        assertThat(text(new HeadBytes().add("GET /").add("\351\377").line(new HttpString("A"), "b\200")))
                .isEqualTo("GET /\351\377A: b\200\r\n");
    }

    @Test
    void growsAndIsUsedAgain() {
        HeadBytes head = new HeadBytes();
        for (int size : new int[] {10, 2047, 2048, 2049, 100_000, 1, 1_000_000, 3}) {
            String text = "x".repeat(size);
            assertThat(text(head.clear().add("a").add(text).add("b"))).isEqualTo("a" + text + "b");
        }
    }
}

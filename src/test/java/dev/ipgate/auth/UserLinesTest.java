package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserLinesTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(quoteCharacter = '\'', textBlock = """
            # before,                     with ana:new,                     without ana
            '',                           ana:new\\n,                        ''
            bo:x\\n,                       bo:x\\nana:new\\n,                  bo:x\\n
            bo:x,                         bo:x\\nana:new\\n,                  bo:x
            bo:x\\r\\n,                     bo:x\\r\\nana:new\\r\\n,              bo:x\\r\\n
            # c\\n,                        # c\\nana:new\\n,                   # c\\n
            ana:x\\n,                      ana:new\\n,                        ''
            ana:x,                        ana:new,                          ''
            ana:x\\r\\nbo:y\\r\\n,            ana:new\\r\\nbo:y\\r\\n,              bo:y\\r\\n
            ana:x:Ana: the boss\\nbo:y\\n,  ana:new:Ana: the boss\\nbo:y\\n,    bo:y\\n
            bo:y\\nana:x\\ncy:z\\nana:y\\n,   bo:y\\nana:new\\ncy:z\\n,            bo:y\\ncy:z\\n
            #ana:x\\n,                     #ana:x\\nana:new\\n,                #ana:x\\n
            anabel:x\\n,                   anabel:x\\nana:new\\n,              anabel:x\\n
            Ana:x\\n,                      Ana:x\\nana:new\\n,                 Ana:x\\n
            '\\n\\n  \\n',                   '\\n\\n  \\nana:new\\n',              '\\n\\n  \\n'
            '\uFEFFana:x\\n',              '\uFEFFana:new\\n',               '\uFEFF'
            """)
    void changesOneLineAndNoOther(String before, String with, String without) {
        UserLines lines = UserLines.of(bytes(before));

        assertThat(lines.toBytes()).isEqualTo(bytes(before));
        assertThat(lines.with("ana", "new").toBytes()).asString(UTF_8).isEqualTo(with.translateEscapes());
        assertThat(lines.without("ana").toBytes()).asString(UTF_8).isEqualTo(without.translateEscapes());
        assertThat(lines.has("ana")).isEqualTo(!before.equals(without));
    }

    @Test
    void bytesThatAreNoUtf8StayAsTheyAre() {
        byte[] latin1 = "# Jos\u00e9\nbo:x\n".getBytes(ISO_8859_1);

        assertThat(UserLines.of(latin1).with("é", "new").toBytes())
                .startsWith(latin1)
                .endsWith("é:new\n".getBytes(UTF_8));
    }

    @Test
    void whateverAFileHoldsComesBack() {
        long seed = 7;
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            byte[] file = new byte[random.nextInt(60)];
            for (int at = 0; at < file.length; at++) {
                file[at] = (byte) "ana:\n\r#\u00ef\u00bb\u00bf\0".charAt(random.nextInt(11));
            }
            UserLines lines = UserLines.of(file);
            assertThat(lines.toBytes()).as("seed %d, round %d", seed, i).isEqualTo(file);
            UserLines added = lines.with("ana", "h");
            assertThat(added.has("ana")).as("seed %d, round %d", seed, i).isTrue();
            assertThat(added.without("ana").has("ana")).isFalse();
            if (!lines.has("ana") && (file.length == 0 || file[file.length - 1] == '\n')) {
                assertThat(added.without("ana").toBytes()).isEqualTo(file);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "p\tw", "p\u0000w", "pw\n", "\uFFFD", "\uD800"})
    void aPasswordThatNobodyCouldSendIsRefused(String password) {
        assertThatThrownBy(() -> NewPassword.of(password))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the password ");
    }

    @Test
    void aPasswordHasUpTo72Bytes() {
        assertThat(NewPassword.of("ü".repeat(36)).hash()).startsWith("$2y$12$").hasSize(60);
        assertThatThrownBy(() -> NewPassword.of("ü".repeat(36) + "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the password has 73 bytes in UTF-8, and bcrypt looks at the first 72 only; take a shorter one");
    }

    private static byte[] bytes(String text) {
        return text.translateEscapes().getBytes(UTF_8);
    }
}

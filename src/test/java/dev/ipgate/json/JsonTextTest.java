package dev.ipgate.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mlflow_project.google.gson.Gson;
import org.mlflow_project.google.gson.JsonElement;

class JsonTextTest {

    @ParameterizedTest(name = "{1} is written {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # code points (hex)  | what they are               | JSON
            61                   | a letter                    | "a"
            20                   | a blank                     | " "
            22                   | a quote                     | "\\""
            5C                   | a backslash                 | "\\\\"
            2F                   | a slash                     | "/"
            A                    | a line feed                 | "\\n"
            D                    | a carriage return           | "\\r"
            9                    | a tab                       | "\\t"
            0                    | NUL                         | "\\u0000"
            1B                   | an escape, as terminals use | "\\u001b"
            1F                   | the last C0 control         | "\\u001f"
            7E                   | the last plain ASCII        | "~"
            7F                   | delete                      | "\\u007f"
            9B                   | a C1 control                | "\\u009b"
            A0                   | a no-break space            | "\u00a0"
            E9                   | an accented letter          | "é"
            2028                 | a line separator            | "\\u2028"
            2029                 | a paragraph separator       | "\\u2029"
            1F600                | an astral character         | "😀"
            D83D                 | a lone high surrogate       | "\\ud83d"
            DE00                 | a lone low surrogate        | "\\ude00"
            DE00 D83D            | surrogates the wrong way    | "\\ude00\\ud83d"
            61 22 62 22          | runs between escapes        | "a\\"b\\""
            """)
    void everyCharacterIsWrittenSafely(String codePoints, String what, String json) {
        StringBuilder text = new StringBuilder();
        for (String codePoint : codePoints.split(" ", -1)) {
            text.appendCodePoint(Integer.parseInt(codePoint, 16));
        }

        assertThat(quoted(text)).as(what).isEqualTo(json);
    }

    @Test
    void anEmptyTextIsTwoQuotes() {
        assertThat(quoted("")).isEqualTo("\"\"");
    }

    @Test
    void aStrictParserReadsBackAnyText() throws IOException {
        long seed = System.nanoTime();
        System.out.println("JsonTextTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(20);
            for (int i = 0; i < length; i++) {
                int bound = random.nextBoolean() ? 0x100 : 0x10000;
                text.append((char) random.nextInt(bound));
            }

            JsonElement read = new Gson().getAdapter(JsonElement.class).fromJson(quoted(text));

            assertThat(read.getAsString()).as("round %d, seed %d", round, seed).isEqualTo(text.toString());
        }
    }

    private static String quoted(CharSequence text) {
        return JsonText.appendQuoted(new StringBuilder(), text).toString();
    }
}

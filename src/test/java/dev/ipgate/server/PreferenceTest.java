package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.ipgate.server.Preference.Format;
import dev.ipgate.server.Preference.Language;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferenceTest {

    @ParameterizedTest(name = "Accept: {0} wants {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # Accept                                                        | format
                                                                            | TEXT
            ''                                                              | TEXT
            */*                                                             | TEXT
            text/html                                                       | HTML
            text/plain                                                      | TEXT
            text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | HTML
            application/json                                                | JSON
            APPLICATION/JSON                                                | JSON
            application/problem+json                                        | PROBLEM_JSON
            application/json, application/problem+json                      | JSON
            application/json;q=0.5, application/problem+json                | PROBLEM_JSON
            application/json, text/plain, */*                               | JSON
            application/json, */*;q=0.5                                     | JSON
            application/json;q=0.4, */*;q=0.5                               | TEXT
            application/json, text/html                                     | HTML
            text/html;q=0.9, application/json                               | JSON
            text/html, application/json;q=0.9                               | HTML
            text/html;q=0.5, */*                                            | HTML
            text/html;q=0, */*                                              | TEXT
            text/html;q=0.5, text/plain                                     | TEXT
            text/plain, text/html                                           | HTML
            text/plain, application/json                                    | JSON
            text/plain, application/json;q=0.9                              | TEXT
            application/xhtml+xml                                           | HTML
            application/xml, image/*                                        | TEXT
            text/*                                                          | TEXT
            text/html;q=0.9, application/json ; charset=utf-8 ; q=1.000     | JSON
            application/json;q=0                                            | TEXT
            application/json;q=2                                            | TEXT
            application/json;q=                                             | TEXT
            application/json;q=0.1234                                       | TEXT
            application/json;q=-1                                           | TEXT
            ,,;;q=,                                                         | TEXT
            """)
    void htmlAndJsonAreForThoseWhoAskForThem(@Nullable String accept, Format format) {
        assertThat(Preference.of(accept, null).format()).isEqualTo(format);
    }

    @ParameterizedTest(name = "Accept-Language: {0} wants {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # Accept-Language           | language
                                        | ENGLISH
            ''                          | ENGLISH
            *                           | ENGLISH
            en                          | ENGLISH
            de                          | ENGLISH
            es                          | SPANISH
            ES-mx                       | SPANISH
            es-419,es;q=0.9             | SPANISH
            est                         | ENGLISH
            es-ES,es;q=0.9,en;q=0.8     | SPANISH
            en-US,en;q=0.9,es;q=0.8     | ENGLISH
            en;q=0.5, es;q=0.6          | SPANISH
            es, en                      | SPANISH
            en, es                      | ENGLISH
            de, es;q=0.3                | SPANISH
            es;q=0.5, *                 | ENGLISH
            es;q=0                      | ENGLISH
            es;q=x                      | ENGLISH
            """)
    void spanishIsForThoseWhoPreferItToEnglish(@Nullable String acceptLanguage, Language language) {
        assertThat(Preference.of(null, acceptLanguage).language()).isEqualTo(language);
    }

    @Test
    void noHeaderMakesItFail() {
        long seed = System.nanoTime();
        System.out.println("PreferenceTest seed " + seed);
        Random random = new Random(seed);
        String alphabet = "es,en*/;q=.01 \tapplicationjson\u0000\u00e9";
        for (int round = 0; round < 5_000; round++) {
            StringBuilder header = new StringBuilder();
            int length = random.nextInt(60);
            for (int i = 0; i < length; i++) {
                header.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String text = header.toString();
            assertThatCode(() -> Preference.of(text, text))
                    .as("\"%s\", seed %d", text, seed)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void onlyTheBeginningOfALongHeaderIsRead() {
        assertThat(Preference.of(" ".repeat(1 << 20) + ",application/json", null)
                        .format())
                .isEqualTo(Format.TEXT);
    }
}

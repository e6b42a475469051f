package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialsTest {

    @ParameterizedTest(name = "\"{0}\": {1}, {2}")
    @CsvSource(quoteCharacter = '"', textBlock = """
            # header,                         user,   password
            Basic YW5hOnNlY3JldA==,           ana,    secret
            basic YW5hOnNlY3JldA==,           ana,    secret
            BASIC YW5hOnNlY3JldA==,           ana,    secret
            Basic YW5hOnNlY3JldA,             ana,    secret
            Basic    YW5hOnNlY3JldA==,        ana,    secret
            "Basic YW5hOnNlY3JldA== \t ",     ana,    secret
            Basic YW5hOg==,                   ana,    ""
            Basic YW5hOmE6Yjpj,               ana,    a:b:c
            Basic IzE6cHc=,                   #1,     pw
            Basic w6FuYTpww6Rzc8O2,           ána,    pässö
            Basic 4W5hOnDkc3P2,               ána,    pässö
            Basic YW5hOvCfmIA=,               ana,    😀
            """)
    void readsWhatClientsSend(String header, String user, String password) {
        Credentials credentials = read(header);

        assertThat(credentials.user()).isEqualTo(user);
        assertThat(credentials.password()).asString(UTF_8).isEqualTo(password);
    }

    @ParameterizedTest(name = "\"{0}\": {1}")
    @CsvSource(quoteCharacter = '"', textBlock = """
            # header,                       because
            ,                               there is no header
            "",                             it is empty
            " ",                            it is blank
            Basic,                          there is only the scheme
            "Basic ",                       there is only the scheme
            "Basic      ",                  there is only the scheme
            BasicYW5hOnNlY3JldA==,          a blank is missing
            "Basic\tYW5hOnNlY3JldA==",      a tab is no blank
            " Basic YW5hOnNlY3JldA==",      the scheme is not at the front
            Bearer YW5hOnNlY3JldA==,        another scheme
            Negotiate YW5hOnNlY3JldA==,     another scheme
            Digest username=ana,            another scheme
            Basicx YW5hOnNlY3JldA==,        another scheme
            Basic YW5hOnNlY3JldA===,        bad base64: padding
            Basic YW5h=OnNlY3JldA==,        bad base64: padding in the middle
            Basic YW5hO,                    bad base64: half a byte
            Basic YW5h OnNlY3JldA==,        bad base64: a blank
            Basic YW5hOnB_-w==,             bad base64: the alphabet of URLs
            Basic YW5hOnNlY3JldÄ==,         bad base64: no ASCII
            "Basic YW5hOnNlY3JldA==,Basic", bad base64: two headers joined
            Basic ====,                     bad base64: padding alone
            Basic YW5h,                     no colon
            Basic OnNlY3JldA==,             no user
            Basic Og==,                     neither user nor password
            Basic YW4AYTpzZWNyZXQ=,         NUL in the user
            Basic YW5hOnNlYwByZXQ=,         NUL in the password
            Basic YW5hOnNlY3JldAo=,         a line end in the password
            Basic YW5hDQpYOiB5OnB3,         line ends in the user
            Basic YW5hOnB3fw==,             DEL in the password
            Basic YW5hOsKAcHc=,             a C1 control in the password
            """)
    void whatNobodyCanLogInWithIsNothing(@Nullable String header, String because) {
        assertThat(Credentials.parse(header)).as(because).isNull();
    }

    @ParameterizedTest(name = "a user of {0} bytes and a password of {1}: {2}")
    @CsvSource(textBlock = """
            # user, password, good
            255,    512,      true
            256,    512,      false
            255,    513,      false
            1,      6000,     false
            6000,   1,        false
            1,      100000,   false
            """)
    void lengthsAreBounded(int user, int password, boolean good) {
        assertThat(Credentials.parse(header("u".repeat(user) + ":" + "p".repeat(password))) != null)
                .isEqualTo(good);
        assertThat(Credentials.parse(header("u".repeat(user) + ":" + "p".repeat(password)) + " ".repeat(9000)))
                .isNull();
    }

    @Test
    void bytesCountNotCharacters() {
        assertThat(Credentials.parse(header("ü".repeat(127) + ":" + "ü".repeat(256))))
                .isNotNull();
        assertThat(Credentials.parse(header("ü".repeat(128) + ":pw"))).isNull();
        assertThat(Credentials.parse(header("ana:" + "ü".repeat(257)))).isNull();
    }

    @Test
    void credentialsThatNobodyCanHaveAreNotMadeEither() {
        assertThat(Credentials.of("ana", "a:b").password()).asString(UTF_8).isEqualTo("a:b");
        assertThatThrownBy(() -> Credentials.of("", "pw")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Credentials.of("a:na", "pw")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Credentials.of("ana", "p\0w")).isInstanceOf(IllegalArgumentException.class);
    }

    /** Whatever comes in: no exception, and what comes out could be sent back in. */
    @Test
    void nothingThrows() {
        long seed = 20261125;
        Random random = new Random(seed);
        String alphabet = "ABYZabyz0189+/=-_: \t\0é\uFFFF\uD800";
        for (int i = 0; i < 200_000; i++) {
            String header = random.nextBoolean() ? "Basic " : "";
            if (random.nextBoolean()) {
                byte[] bytes = new byte[random.nextInt(40)];
                random.nextBytes(bytes);
                header += Base64.getEncoder().encodeToString(bytes);
            }
            StringBuilder text = new StringBuilder(header);
            for (int n = random.nextInt(12); n > 0; n--) {
                text.insert(random.nextInt(text.length() + 1), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Credentials credentials = Credentials.parse(text.toString());
            if (credentials != null) {
                String password = new String(credentials.password(), UTF_8);
                Credentials again = read(header(credentials.user() + ":" + password));
                assertThat(again.user())
                        .as("seed %d, round %d", seed, i)
                        .isEqualTo(credentials.user())
                        .isNotEmpty();
                assertThat(again.password()).isEqualTo(credentials.password());
            }
        }
    }

    @Test
    void latin1AndUtf8AreTheSame() {
        byte[] latin1 = "ána:pässö".getBytes(ISO_8859_1);
        Credentials one = read("Basic " + Base64.getEncoder().encodeToString(latin1));
        Credentials other = read(header("ána:pässö"));
        Fingerprints fingerprints = new Fingerprints();

        assertThat(fingerprints.of(one)).isEqualTo(fingerprints.of(other));
    }

    private static Credentials read(String header) {
        Credentials credentials = Credentials.parse(header);
        if (credentials == null) {
            throw new AssertionError("\"" + header + "\" is not understood");
        }
        return credentials;
    }

    private static String header(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
    }
}

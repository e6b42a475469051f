package dev.ipgate.nginx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** nginx's language: ngx_conf_read_token is the specification. */
class NginxConfTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private List<Directive> read(String text) throws IOException {
        return NginxConf.read(write("nginx.conf", text)).directives();
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # written                | arguments, with / between them
            a b c;                   | b/c
            a  "b c"  'd e' ;        | b c/d e
            a "b\\"c" 'd\\'e';       | b"c/d'e
            a b\\ c \\;d;            | b\\ c/\\;d
            a "x\\ty" \\\\;          | x\ty/\\
            a ^/\\.php$;             | ^/\\.php$
            a ${b}c{;                | ${b}c
            a $b;                    | $b
            a b"c d"e;               | b"c/d"e
            a b#c;                   | b#c
            a ''  b;                 | /b
            """)
    void wordsAreReadAsNginxDoes(String written, String arguments) throws IOException {
        String text = written.replace("${b}c{;", "${b}c { }");
        String expected = arguments == null ? "" : arguments.replace("\\t", "\t");

        assertThat(String.join("/", read(text).get(0).arguments())).isEqualTo(expected);
    }

    @Test
    void directivesKnowTheirPlaceAndTheirComments() throws IOException {
        List<Directive> read = read("""
                # far away

                # above
                #and this
                server {        # beside the brace
                \tallow 10.0.0.1; # Ana
                    deny
                      all; }    # behind
                """);
        Directive server = read.get(0);
        String file = folder.resolve("nginx.conf").toString();

        assertThat(server.above()).containsExactly("above", "and this");
        assertThat(server.beside()).isEqualTo("beside the brace");
        assertThat(server.at()).isEqualTo(new Position(file, 5, 1));
        assertThat(server.children().get(0).at()).isEqualTo(new Position(file, 6, 2));
        assertThat(server.children().get(0).beside()).isEqualTo("Ana");
        assertThat(server.children().get(1)).hasToString("deny all");
        assertThat(server.children().get(1).at()).isEqualTo(new Position(file, 7, 5));
    }

    @Test
    void includesAreReadInNginxsOrderFromItsFolder() throws IOException {
        write("nginx.conf", "");
        write("conf.d/b.conf", "b;");
        write("conf.d/a.conf", "a1; include snippets/[!x]?.conf; a2;");
        write("conf.d/B.conf", "B;");
        write("conf.d/.hidden.conf", "hidden;");
        write("conf.d/c.txt", "c;");
        write("snippets/s1.conf", "s;");
        write("snippets/x1.conf", "x;");
        Path site = write("sites-enabled/site", "include conf.d/*.conf; include none/*.conf;");

        assertThat(Scope.flat(NginxConf.read(site).directives()))
                .extracting(Directive::name)
                .containsExactly("B", "a1", "s", "a2", "b");
    }

    @Test
    void luaIsNotRead() throws IOException {
        assertThat(read("""
                        access_by_lua_block { local s = "}" -- }
                          if s then ngx.exit(403) end --[[ } ]]
                        } allow all;""")).extracting(Directive::toString).containsExactly("access_by_lua_block", "allow all");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # file (; for line ends: NL)     | said
            server { allow 1.2.3.4; NL       | :1:8: this "{" is never closed
            allow 1.2.3.4; } NL              | :1:16: this "}" closes nothing
            allow 1.2.3.4                    | :1:1: "allow" has no ";" at its end
            allow 1.2.3.4 NL deny all;       | :1:1: "allow" has no ";" at its end, so that "deny" in line 2 would
            server_name a NL listen 80;      | :1:1: "server_name" has no ";" at its end, so that "listen"
            server { allow 1.2.3.4 }         | :1:10: "allow" has no ";" at its end
            allow 1.2.3.4 5.6.7.8;           | :1:1: "allow" has 2 arguments, but takes 1
            allow;                           | :1:1: "allow" lacks an argument
            allow all { }                    | :1:1: "allow" takes no block
            location /;                      | :1:1: "location" lacks its block
            ; allow all;                     | :1:1: there is no directive before this ";"
            a NL {{                          | :2:2: there is no directive before this "{"
            a "b                             | :1:3: this quote is never closed
            a "b"c;                          | :1:6: a blank or a ";" is missing behind the closing quote
            include none.conf;               | :1:1: there is no file
            include nginx.conf;              | :1:1:
            x_by_lua_block { {               | :1:16: this "{" is never closed
            """)
    void whatNginxRefusesIsRefusedWithItsPlace(String text, String said) {
        assertThatThrownBy(() -> read(text.replace(" NL ", "\n").replace(" NL", "\n")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(folder.resolve("nginx.conf") + said);
    }

    @Test
    void anIncludeThatIncludesItselfIsRefused() throws IOException {
        write("a.conf", "\ninclude b.conf;");
        write("b.conf", "include a.conf;");

        assertThatThrownBy(() -> read("include a.conf;"))
                .hasMessageContaining("b.conf:1:1: \"" + folder.resolve("a.conf") + "\" includes itself, by way of ");
    }

    @Test
    void aLadderOfIncludesEnds() throws IOException {
        for (int i = 0; i < 30; i++) {
            write(i + ".conf", ("include " + (i + 1) + ".conf;").repeat(4));
        }
        write("30.conf", "allow all;");

        Assertions.assertTimeoutPreemptively(
                PATIENCE,
                () -> assertThatThrownBy(() -> read("include 0.conf;")).hasMessageContaining("more than 10000 files"));
    }

    @Test
    void binariesFoldersAndDepthsAreRefused() throws IOException {
        assertThatThrownBy(() -> read("allow all;\n\u007fELF\u0002\u0001;")).hasMessageContaining(":2:5: is no text");
        assertThatThrownBy(() -> NginxConf.read(folder)).hasMessageContaining("is a directory");
        assertThatThrownBy(() -> NginxConf.read(Path.of("/dev/null"))).hasMessageContaining("is not a regular file");
        assertThatThrownBy(() -> NginxConf.read(folder.resolve("none"))).hasMessageContaining("there is no file");
        assertThatThrownBy(() -> read("a{".repeat(100_000))).hasMessageContaining("more than 100 blocks");
    }

    @Test
    void tenMegabytesAreRead() throws IOException {
        String long_ = "allow 10.1.2.3;\n".repeat(640_000) + "x " + "y".repeat(300_000) + ";" + "a; ".repeat(30_000);

        Assertions.assertTimeoutPreemptively(
                PATIENCE, () -> assertThat(read(long_)).hasSize(670_001));
        assertThatThrownBy(() -> read("#" + "x".repeat(65 << 20))).hasMessageContaining("more than 64 MiB");
    }

    @Test
    void oldCommentsInLatin1AreRead() throws IOException {
        Path file = folder.resolve("nginx.conf");
        Files.write(file, "# B\u00fcro\nallow all;".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(NginxConf.read(file).directives().get(0).above()).containsExactly("B\u00fcro");
    }

    /** Whatever is in a file, it is read and imported, or refused with a position; nothing else is thrown. */
    @Test
    void noTextBreaksIt() throws IOException {
        String[] pieces = {
            "server",
            "location",
            "/",
            "/x/",
            "~ ^/(a|b)$",
            "= /y",
            "{",
            "}",
            "{",
            "}",
            ";",
            ";",
            ";",
            "\n",
            " ",
            "\"",
            "'",
            "\\",
            "#",
            "allow",
            "deny",
            " all",
            " 10.0.0.0/8",
            " ::/0",
            "if",
            "($x)",
            "return 403",
            "listen",
            " 80",
            " [::]:80",
            "proxy_pass http://a",
            "proxy_pass http://$b/c",
            "rewrite a b",
            "geo $x",
            "map $remote_addr $x",
            "include *.none",
            "limit_except GET",
            "auth_basic x",
            "auth_basic_user_file f",
            "satisfy any",
            "$",
            "${",
            "upstream a",
            "server b:1",
            "set $b c",
            "proxy_set_header A $b",
            "server_name ~(",
            "set_real_ip_from 1.2.3.4",
            "\u20ac",
            "client_max_body_size 1k",
            "ssl_certificate a",
            "ssl_certificate_key b",
            "return 301 https://$host$request_uri",
            "try_files $uri @a",
            "location @a"
        };
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int open = 0;
            for (int j = random.nextInt(40); j >= 0; j--) {
                String piece = pieces[random.nextInt(pieces.length)];
                open += piece.equals("{") ? 1 : piece.equals("}") ? -1 : 0;
                text.append(piece).append(piece.matches(".*[a-z0-9]$") ? (random.nextBoolean() ? ";" : " ") : "");
            }
            text.append(";").append("}".repeat(Math.max(0, open)));
            Throwable thrown = catchThrowable(() -> NginxImport.of(new NginxConf(
                    Path.of("f"), folder, new Parser("f", text.toString(), new Includes(folder), 0).read(null))));

            assertThat(thrown instanceof ConfigException ? null : thrown)
                    .as("seed %d: %s", seed, text)
                    .isNull();
        }
    }
}

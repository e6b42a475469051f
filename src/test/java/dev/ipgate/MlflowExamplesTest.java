package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.server.Configuration;
import dev.ipgate.testing.App;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The conf files of the page on MLflow do what the page says of them, and stand there as they are. */
class MlflowExamplesTest {

    private static final Path EXAMPLES = Path.of("conf/examples");
    private static final Pattern SHOWN =
            Pattern.compile("`conf/examples/([a-z-]+\\.yaml)`:\n\n```yaml\n(.*?)```\n", Pattern.DOTALL);

    /** ana's password is "secret"; made by htpasswd -nbB -C 4. */
    private static final String USERS = "ana:$2y$04$PyZafM7GJvowuWbLLG6A9.Djan/pQChdmW0bSxgofrR6Hr5UPJoy2\n";

    @TempDir
    private Path folder;

    static Stream<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    /** The text of a file, with a users file and a folder that are there. */
    private String text(Path example) throws IOException {
        Path users = Files.writeString(folder.resolve("htpasswd"), USERS);
        return Files.readString(example)
                .replace("/etc/ipgate/htpasswd", users.toString())
                .replace("/var/lib/ipgate", folder.resolve("state").toString());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyFileIsRightAndEarnsNoWarning(Path example) throws IOException {
        Path conf = Files.writeString(folder.resolve("ipgate.yaml"), text(example));

        assertThat(Configuration.load(conf, Instant.now()).warnings()).isEmpty();
    }

    @Test
    void thePageShowsEveryFile() throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (Path example : examples().toList()) {
            files.put(example.getFileName().toString(), Files.readString(example));
        }
        assertThat(shown("src/site/markdown/mlflow.md")).isEqualTo(files);

        files.replaceAll((name, text) -> withoutComments(text));
        Map<String, String> spanish = shown("src/site/markdown/es/mlflow.md");
        spanish.replaceAll((name, text) -> withoutComments(text));
        assertThat(spanish).isEqualTo(files);
    }

    private static Map<String, String> shown(String page) throws IOException {
        Map<String, String> shown = new TreeMap<>();
        String text = Files.readString(Path.of(page));
        Matcher block = SHOWN.matcher(text);
        while (block.find()) {
            shown.put(block.group(1), block.group(2));
        }
        assertThat(text.split("```yaml", -1)).as("every block names its file").hasSize(shown.size() + 1);
        return shown;
    }

    private static String withoutComments(String text) {
        return text.replaceAll("(?m) *# .*$", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "src/site/markdown/mlflow.md", "src/site/markdown/es/mlflow.md"})
    void everyLinkLeadsSomewhere(String page) throws IOException {
        Matcher link = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)").matcher(Files.readString(Path.of(page)));
        List<String> dead = new ArrayList<>();
        while (link.find()) {
            Path target = Path.of(page).resolveSibling(link.group(1)).normalize();
            if (!Files.exists(target)) {
                dead.add(link.group(1));
            }
        }
        assertThat(dead).isEmpty();
    }

    private static final String LOOK = "GET /api/2.0/mlflow/runs/get";
    private static final String CHANGE = "POST /api/2.0/mlflow/runs/create";

    @ParameterizedTest(name = "{0}: {1} with {2}: look {3}, change {4}")
    @CsvSource(textBlock = """
            # file,                   client,       password, look, change
            addresses,                203.0.113.7,  none,     200,  200
            addresses,                2001:db8:1::1, none,    200,  200
            addresses,                198.51.100.4, none,     200,  200
            addresses,                198.51.100.5, none,     403,  403
            addresses,                198.51.100.5, right,    403,  403
            readers,                  203.0.113.17, none,     200,  200
            readers,                  203.0.113.7,  none,     200,  403
            readers,                  198.51.100.5, none,     403,  403
            password,                 198.51.100.5, right,    200,  200
            password,                 198.51.100.5, wrong,    401,  401
            password,                 198.51.100.5, none,     401,  401
            address-and-password,     203.0.113.7,  right,    200,  200
            address-and-password,     203.0.113.7,  none,     401,  401
            address-and-password,     198.51.100.5, right,    403,  403
            address-or-password,      203.0.113.7,  none,     200,  200
            address-or-password,      198.51.100.5, right,    200,  200
            address-or-password,      198.51.100.5, none,     401,  401
            readers-and-password,     203.0.113.7,  none,     200,  401
            readers-and-password,     203.0.113.7,  right,    200,  200
            readers-and-password,     198.51.100.5, right,    200,  200
            readers-and-password,     198.51.100.5, none,     401,  401
            own-login,                203.0.113.7,  none,     200,  200
            own-login,                203.0.113.7,  right,    200,  200
            own-login,                198.51.100.5, right,    403,  403
            ssh-tunnel,               127.0.0.1,    none,     200,  200
            ssh-tunnel,               203.0.113.7,  none,     403,  403
            ssh-tunnel-or-address,    127.0.0.1,    none,     200,  200
            ssh-tunnel-or-address,    203.0.113.7,  none,     200,  200
            ssh-tunnel-or-address,    198.51.100.5, none,     403,  403
            password-behind-nginx,    198.51.100.5, right,    200,  200
            password-behind-nginx,    198.51.100.5, wrong,    401,  401
            password-behind-nginx,    198.51.100.5, none,     401,  401
            behind-nginx,             203.0.113.7,  none,     200,  200
            behind-nginx,             127.0.0.1,    none,     403,  403
            sign-in-behind-nginx,     203.0.113.7,  none,     200,  200
            sign-in-behind-nginx,     198.51.100.5, none,     403,  403
            sign-in-behind-nginx,     198.51.100.5, right,    403,  403
            """)
    void whoGetsIn(String file, String client, String password, int look, int change) throws IOException {
        try (App app = App.start();
                TestGate gate = gate(file, app)) {
            assertThat(status(gate, client, password, LOOK)).isEqualTo(look);
            assertThat(status(gate, client, password, CHANGE)).isEqualTo(change);
            int passed = (look == 200 ? 1 : 0) + (change == 200 ? 1 : 0);
            assertThat(app.seen())
                    .hasSize(passed)
                    .allSatisfy(seen -> assertThat(seen.header("Authorization"))
                            .isEqualTo(file.equals("own-login") && password.equals("right") ? basic("secret") : null));

            assertThat(status(gate, client, "none", "GET /health")).isEqualTo(200);
            assertThat(status(gate, client, password, "POST /ajax-api/3.0/mlflow/assistant/message"))
                    .isIn(client.equals("127.0.0.1") && change == 200 ? List.of(200) : List.of(401, 403));
            assertThat(gate.log()).doesNotContain("secret", basic("secret"));
        }
    }

    /** A gate whose clients are behind a proxy on this machine, so that they may have any address. */
    private TestGate gate(String file, App app) throws IOException {
        String text = text(EXAMPLES.resolve("mlflow-" + file + ".yaml"))
                .replaceFirst("(?m)^listen: .*$", "listen: 127.0.0.1:0");
        text = text.contains("upstream: {")
                ? text.replace("upstream: {", "upstream: {url: \"" + app.url() + "\", ")
                : text + "upstream: \"" + app.url() + "\"\n";
        if (!text.contains("client_address:")) {
            text += "client_address: {trusted_proxies: 127.0.0.9}\n";
        }
        return TestGate.start(folder, text);
    }

    private static int status(TestGate gate, String client, String password, String request) throws IOException {
        List<String> lines = new ArrayList<>(List.of("X-Forwarded-For: " + client));
        if (!password.equals("none")) {
            lines.add("Authorization: " + basic(password.equals("right") ? "secret" : "guessed"));
        }
        String proxy = Files.readString(gate.folder().resolve("ipgate.yaml")).contains("127.0.0.9")
                ? "127.0.0.9"
                : "127.0.0.1";
        try (RawClient connection = gate.connectFrom(proxy)) {
            String[] words = request.split(" ", 2);
            return connection
                    .request(words[0], words[1], lines.toArray(String[]::new))
                    .status();
        }
    }

    private static String basic(String password) {
        return "Basic " + Base64.getEncoder().encodeToString(("ana:" + password).getBytes(UTF_8));
    }
}

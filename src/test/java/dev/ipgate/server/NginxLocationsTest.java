package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.CertificateDoor;
import dev.ipgate.testing.ListeningProgram;
import dev.ipgate.testing.NginxServer;
import dev.ipgate.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random trees of locations, searched as a real nginx searches them; it has to be installed. */
class NginxLocationsTest {

    private static final long SEED = 20261125;
    private static final int TREES = 150;
    private static final int PATHS = 60;
    private static final List<String> REGEXES = List.of("a", "b$", "/b", "ab", "^/a/", "^/a/.*b$", "b/", "/a", "^/b");

    /** A location; its number is its place in the file. */
    private record Tree(int number, String modifier, String path, List<Tree> nested) {

        String nginx() {
            StringBuilder text = new StringBuilder("location " + modifier + " \"" + path + "\" { ");
            nested.forEach(tree -> text.append(tree.nginx()));
            return text.append("return 200 " + number + "; }\n").toString();
        }

        String yaml() {
            String match = switch (modifier) {
                case "=" -> ", match: exact";
                case "^~" -> ", before_regex: true";
                case "~" -> ", match: regex";
                default -> "";
            };
            String inner = nested.isEmpty() ? "" : ", locations: " + list(nested);
            return "{path: '" + path + "'" + match + inner + "}";
        }

        static String list(List<Tree> trees) {
            return "[" + String.join(", ", trees.stream().map(Tree::yaml).toList()) + "]";
        }
    }

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    private int count;

    @Test
    void locationsAreFoundAsNginxFindsThem() throws IOException {
        List<List<Tree>> all = new ArrayList<>();
        for (int i = 0; i < TREES; i++) {
            count = 0;
            all.add(trees("/", false, 0));
        }
        int elsewhere = 0;
        try (ListeningProgram nginx = NginxServer.start(folder, port -> servers(port, all));
                RawClient client = RawClient.connect(nginx.address())) {
            for (int i = 0; i < TREES; i++) {
                Judge judge = judge(all.get(i));
                for (int n = 0; n < PATHS; n++) {
                    String path = path("/", 7);
                    int place = Objects.requireNonNull(
                                    judge.judge(request(path), 0).place())
                            .number();
                    String answer = client.get(path, "Host: t" + i).body();
                    int found = answer.matches("[0-9]+") ? Integer.parseInt(answer) : 0; // else it has no such file
                    assertThat(place)
                            .as("%s in %s, seed %d", path, Tree.list(all.get(i)), SEED)
                            .isEqualTo(found);
                    elsewhere += found > 0 ? 1 : 0;
                }
            }
        }
        assertThat(elsewhere).isGreaterThan(TREES * PATHS / 3); // else it would have compared nothing
    }

    private static String servers(int port, List<List<Tree>> all) {
        StringBuilder text = new StringBuilder("access_log off;\nkeepalive_requests 1000000;\n");
        for (int i = 0; i < all.size(); i++) {
            text.append("server { listen 127.0.0.1:" + port + "; server_name t" + i + ";\n");
            all.get(i).forEach(tree -> text.append(tree.nginx()));
            text.append("}\n");
        }
        return text.toString();
    }

    private Judge judge(List<Tree> trees) throws IOException {
        String locations = trees.isEmpty() ? "" : "locations: " + Tree.list(trees) + "\n";
        Path conf = Files.writeString(
                folder.resolve("ipgate.yaml"),
                "listen: 1\nupstream: \"http://127.0.0.1:1\"\nrules: [{allow: 10.0.0.1}]\n" + locations);
        return Configuration.load(conf, Instant.EPOCH).judge();
    }

    private static Request request(String path) {
        return new Request(
                ClientAddress.direct(IpAddress.parse("10.0.0.1")),
                name -> List.of(),
                "http",
                null,
                "localhost",
                CertificateDoor.NONE,
                "GET",
                path);
    }

    private List<Tree> trees(String around, boolean inRegex, int depth) {
        List<Tree> trees = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (int n = random.nextInt(depth == 0 ? 6 : 4); n > 0; n--) {
            String modifier = List.of("", "", "^~", "=", "~", "~").get(random.nextInt(6));
            boolean regex = modifier.equals("~");
            if (!regex && inRegex) {
                continue; // which nginx takes only if the path begins with the expression's text, and never finds
            }
            String path = regex ? REGEXES.get(random.nextInt(REGEXES.size())) : path(around, 3);
            if (taken.add(path + (modifier.equals("^~") ? "" : modifier))) {
                int number = ++count;
                boolean within = depth < 3 && !modifier.equals("=") && random.nextInt(3) > 0;
                trees.add(new Tree(number, modifier, path, within ? trees(path, regex, depth + 1) : List.of()));
            }
        }
        return trees;
    }

    /** A path in its canonical form. */
    private String path(String start, int most) {
        StringBuilder path = new StringBuilder(start);
        for (int n = random.nextInt(most + 1); n > 0; n--) {
            char next = "aab/".charAt(random.nextInt(4));
            if (next != '/' || path.charAt(path.length() - 1) != '/') {
                path.append(next);
            }
        }
        return path.toString();
    }
}

package dev.ipgate.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.config.ConfigReader;
import dev.ipgate.config.Settings;
import dev.ipgate.config.Whom;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupsTest {

    private static final Position AT = Position.of("ipgate.yaml");

    @TempDir
    Path folder;

    private final Problems problems = new Problems();

    @BeforeEach
    void listFile() throws IOException {
        Files.writeString(folder.resolve("ci.txt"), "198.51.100.0/24\n");
    }

    @ParameterizedTest(name = "{1} is in {0}: {2}")
    @CsvSource(textBlock = """
            office,  203.0.113.0,   true
            office,  203.0.113.255, true
            office,  203.0.114.0,   false
            office,  2001:db8::1,   true
            office,  198.51.100.7,  false
            ci,      198.51.100.7,  true
            ci,      198.51.101.0,  false
            all-of-us, 203.0.113.1, true
            all-of-us, 198.51.100.1, true
            all-of-us, 192.0.2.1,   true
            all-of-us, 192.0.2.2,   false
            """)
    void holdsWhomTheFileNames(String group, String address, boolean member) throws IOException {
        assertThat(load(good()).resolve(List.of(new Whom.Group(group, AT))).contains(IpAddress.parse(address)))
                .isEqualTo(member);
    }

    @Test
    void allIsEverybodyOfBothFamilies() throws IOException {
        AddressSet all = load(good()).resolve(List.of(new Whom.Everyone(AT)));

        assertThat(all.contains(IpAddress.parse("0.0.0.0"))).isTrue();
        assertThat(all.contains(IpAddress.parse("255.255.255.255"))).isTrue();
        assertThat(all.contains(IpAddress.parse("::"))).isTrue();
    }

    @Test
    void noNamesAreNobody() throws IOException {
        assertThat(load(good()).resolve(List.of()).isEmpty()).isTrue();
    }

    @Test
    void saysAtTheGroupWhatIsWrongWithItsFile() throws IOException {
        load(good().replace("ci.txt", "gone.txt"));

        assertThat(problems.all())
                .extracting(Problem::toString)
                .singleElement()
                .asString()
                .endsWith("ipgate.yaml:7:7: groups.ci: there is no file \"" + folder.resolve("gone.txt") + "\"");
    }

    @Test
    void warnsAboutAFileWithNobodyInIt() throws IOException {
        Files.writeString(folder.resolve("ci.txt"), "# nobody yet\n");
        load(good());

        assertThat(problems.hasErrors()).isFalse();
        assertThat(problems.all())
                .extracting(Problem::toString)
                .singleElement()
                .asString()
                .endsWith("ipgate.yaml:7:7: warning: groups.ci: \"" + folder.resolve("ci.txt")
                        + "\" holds no address: whoever it names is nobody");
    }

    @Test
    void aGroupThatCannotBeReadHoldsNobodyAndIsAnError() throws IOException {
        Groups groups = load(good().replace("ci.txt", "gone.txt"));

        assertThat(problems.hasErrors()).isTrue();
        assertThat(groups.resolve(List.of(new Whom.Group("ci", AT))).isEmpty()).isTrue();
    }

    @Test
    void anUnknownGroupIsNotTakenForAnEmptyOne() throws IOException {
        Groups groups = load(good());

        assertThatThrownBy(() -> groups.resolve(List.of(new Whom.Group("offcie", AT))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no group \"offcie\"");
    }

    private static String good() {
        return """
                listen: 8080
                upstream: "http://127.0.0.1:5050"
                rules: [{allow: all-of-us}]
                groups:
                  all-of-us: [office, ci, 192.0.2.1]
                  office: [203.0.113.0/24, "2001:db8::/32"]
                  ci: {file: ci.txt}
                """;
    }

    private Groups load(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("ipgate.yaml"), text);
        Settings settings = Objects.requireNonNull(ConfigReader.read(file, problems));
        try (Sources sources = new Sources(() -> {})) {
            return sources.prepare(settings, problems).groups(settings, Groups.Unread.REFUSED);
        }
    }
}

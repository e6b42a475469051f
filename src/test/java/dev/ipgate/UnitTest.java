package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Programs;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The systemd unit, in systemd's own eyes. */
class UnitTest {

    private static final Path UNIT = Path.of("systemd/ipgate.service");
    private static final BigDecimal MOST_EXPOSED = new BigDecimal("1.5"); // of 10
    private static final Pattern EXPOSURE = Pattern.compile("Overall exposure level for \\S+: (\\d+\\.\\d+)");

    @TempDir
    private Path folder;

    @Test
    void systemdUnderstandsEveryLine() throws Exception {
        Path analyze = Programs.require("systemd-analyze");
        String text = Files.readString(UNIT).replace("/usr/bin/ipgate ", "/bin/sh "); // it need not be installed
        Path unit = Files.writeString(folder.resolve("ipgate.service"), text);
        assertThat(said(analyze.toString(), "verify", "--man=no", unit.toString())
                        .lines())
                .filteredOn(line -> line.contains("ipgate")) // and not what it says of this machine's units
                .isEmpty();
    }

    @Test
    void theServiceIsAsLittleExposedAsWasPromised() throws Exception {
        Path analyze = Programs.require("systemd-analyze");
        String said = said(analyze.toString(), "security", "--offline=yes", "--no-pager", UNIT.toString());
        Matcher exposure = EXPOSURE.matcher(said);
        assertThat(exposure.find()).as(said).isTrue();
        assertThat(new BigDecimal(exposure.group(1))).as(said).isLessThanOrEqualTo(MOST_EXPOSED);
    }

    private static String said(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return said;
    }
}

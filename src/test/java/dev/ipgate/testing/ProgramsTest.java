package dev.ipgate.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class ProgramsTest {

    @Test
    void aProgramThatIsThereIsFound() {
        assertThat(Programs.require("sh")).isExecutable().hasFileName("sh");
    }

    @Test
    void aMissingProgramIsNamedAndFailsTheTestWhereItHasToBeThere() {
        assertThatThrownBy(() -> Programs.missing("frobnicate", false))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("\"frobnicate\"");
        assertThatThrownBy(() -> Programs.missing("frobnicate", true))
                .isInstanceOf(AssertionFailedError.class)
                .hasMessageContaining("\"frobnicate\"");
    }

    @Test
    void theReportHasALineForEachProgram() {
        MissingPrograms.Report report = new MissingPrograms.Report();
        report.add("nginx", "ImportTest.b");
        report.add("nginx", "ImportTest.a");
        report.add("curl", "GateIT");

        assertThat(report).hasToString("""
                        NOT RUN, since curl is not installed: GateIT
                        NOT RUN, since nginx is not installed: ImportTest.a, ImportTest.b
                        """);
    }
}

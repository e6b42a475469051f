package dev.ipgate.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.opentest4j.TestAbortedException;

/** Programs that tests run, such as the nginx that the gate is compared with. */
public final class Programs {

    /** Thrown where a program is missing, so that {@code MissingPrograms} can tell which. */
    static final class Missing extends TestAbortedException {

        private static final long serialVersionUID = 1L;

        private final String program;

        Missing(String program) {
            super("needs the program \"" + program + "\", which is not installed here; CI installs it (.ci/run)");
            this.program = program;
        }

        String program() {
            return program;
        }
    }

    private Programs() {}

    /**
     * Finds a program on the PATH or among the system's daemons. Where it is not installed, the test fails under
     * {@code CI=true} and is aborted otherwise; the end of the run then lists what was not tested.
     */
    public static Path require(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin";
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .orElseGet(() -> missing(program, "true".equals(System.getenv("CI"))));
    }

    /** The same for a program's library, such as a module of Node's. */
    public static Path requireLibrary(String file) {
        Path path = Path.of(file);
        return Files.exists(path) ? path : missing(file, "true".equals(System.getenv("CI")));
    }

    static Path missing(String program, boolean mustBeThere) {
        if (mustBeThere) {
            return Assertions.fail("the program \"" + program + "\" is not installed; .ci/run has to install it");
        }
        throw new Missing(program);
    }
}

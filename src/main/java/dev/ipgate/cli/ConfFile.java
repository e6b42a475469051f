package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which conf file a command is for. */
final class ConfFile {

    static final Option OPTION = Option.value("--conf", "FILE").or("-c");

    private static final Path INSTALLED = Path.of("/etc/ipgate/ipgate.yaml");
    private static final Path IN_THE_SOURCE = Path.of("conf/ipgate.yaml");

    private ConfFile() {}

    /** The one that was named, else the installed one, else the one in the source. */
    static Path of(Arguments arguments) {
        String named = arguments.value(OPTION);
        if (named != null) {
            return Path.of(named);
        }
        return Files.exists(INSTALLED) || !Files.exists(IN_THE_SOURCE) ? INSTALLED : IN_THE_SOURCE;
    }

    /** The same for a process that was started in another folder and named none. */
    static Path defaultIn(Path folder) {
        return Files.exists(INSTALLED) ? INSTALLED : folder.resolve(IN_THE_SOURCE);
    }
}

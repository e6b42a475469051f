package dev.ipgate.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ipgate.net.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where somebody sits who types commands through SSH: sshd says so in {@code SSH_CONNECTION}. */
public final class SshSession {

    private static final String VARIABLE = "SSH_CONNECTION";
    private static final int MOST_ANCESTORS = 16;

    private SshSession() {}

    /** The client's address; null outside of SSH. sudo takes the variable away, but its parents still have it. */
    public static @Nullable IpAddress client() {
        String own = System.getenv(VARIABLE);
        if (own != null) {
            return client(own);
        }
        Optional<ProcessHandle> ancestor = ProcessHandle.current().parent();
        for (int i = 0; i < MOST_ANCESTORS && ancestor.isPresent(); i++) {
            String inherited =
                    variable(Path.of("/proc", Long.toString(ancestor.get().pid()), "environ"));
            if (inherited != null) {
                return client(inherited);
            }
            ancestor = ancestor.get().parent();
        }
        return null;
    }

    /**
     * Reads the variable.
     *
     * @param connection client address, client port, server address and server port, with blanks between
     * @return null if it does not begin with an address; a zone is left out
     */
    static @Nullable IpAddress client(String connection) {
        String address = connection.split("[ %]", 2)[0];
        return IpAddress.parse(address, 0, address.length());
    }

    /** The variable among those that a process was started with; null if it is not there, or if they are not ours to read. */
    static @Nullable String variable(Path environment) {
        try {
            for (String variable : Files.readString(environment, ISO_8859_1).split("\0", -1)) {
                if (variable.startsWith(VARIABLE + "=")) {
                    return variable.substring(VARIABLE.length() + 1);
                }
            }
            return null;
        } catch (IOException e) {
            return null; // gone meanwhile, or somebody else's
        }
    }
}

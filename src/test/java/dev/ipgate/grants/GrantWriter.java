package dev.ipgate.grants;

import dev.ipgate.net.CidrBlock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** A process that grants one address after the other, says which, and waits to be killed. */
final class GrantWriter {

    private GrantWriter() {}

    /**
     * Grants them all, unless it is killed first.
     *
     * @param args the state folder, and the numbers of the first address and of the one after the last
     */
    public static void main(String[] args) throws IOException {
        try (GrantStore store = GrantStore.open(Path.of(args[0]), InstantSource.system())) {
            for (int i = Integer.parseInt(args[1]); i < Integer.parseInt(args[2]); i++) {
                CidrBlock whom = CidrBlock.parse(address(i));
                store.grant(whom, Duration.ofDays(1), Grant.Way.COMMAND, "root", null);
                System.out.println(i);
                System.out.flush();
            }
        }
    }

    static String address(int number) {
        return "10.0." + number / 256 + "." + number % 256;
    }
}

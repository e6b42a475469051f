package dev.ipgate.auth;

import dev.ipgate.problem.Problems;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** The users of an htpasswd file: names and password hashes. Immutable; never shows a hash. */
public final class Users {

    /** The largest users file that is read, in bytes. */
    public static final int LARGEST_FILE = 4 << 20;

    /*
     * A name that is not in the file is hashed too, against some user's hash: always the same for the same name, and each
     * user's as often as the next's. So the names that are not there take as long as those that are, whatever schemes and
     * costs the file mixes. (The dearest hash for all of them would give away every user who has a cheaper one.)
     */
    private final Map<String, PasswordHash> hashes;
    private final List<PasswordHash> decoys;
    private final int seed = ThreadLocalRandom.current().nextInt();

    Users(Map<String, PasswordHash> hashes) {
        this.hashes = Map.copyOf(hashes);
        this.decoys = List.copyOf(hashes.values());
    }

    /**
     * Reads the text of an htpasswd file: lines of {@code user:hash} or {@code user:hash:comment}, empty lines and
     * {@code #} comments, as nginx's {@code auth_basic_user_file} has them.
     *
     * @param file what the file is called in problems
     * @param problems takes what is wrong with a line, by file and line and with the user's name, never with the line's
     *     text; a file without a user is a problem too
     * @return the users of the lines that are right
     */
    public static Users parse(String file, String text, Problems problems) {
        return new Users(new UsersReader(file, problems).read(text));
    }

    /** How many there are. */
    public int size() {
        return hashes.size();
    }

    /** Whether a user is here with the very hash that the user had there. */
    boolean agreeWith(Users others, String user) {
        PasswordHash hash = hashes.get(user);
        return hash != null && hash.equals(others.hashes.get(user));
    }

    /** Whether there is such a user with this password. Slow: it takes as long as the hash is meant to. */
    public boolean accept(Credentials credentials) {
        PasswordHash hash = hashes.get(credentials.user());
        if (hash != null) {
            return hash.matches(credentials.password());
        }
        if (!decoys.isEmpty()) {
            int which = Math.floorMod((credentials.user().hashCode() ^ seed) * 0x9E3779B9, decoys.size());
            decoys.get(which).matches(credentials.password());
        }
        return false;
    }

    @Override
    public String toString() {
        return hashes.size() == 1 ? "1 user" : hashes.size() + " users";
    }
}

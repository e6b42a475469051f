package dev.ipgate.auth;

import dev.ipgate.problem.FileProblems;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the lines of one htpasswd file. */
final class UsersReader {

    private static final int LONGEST_LINE = 1000; // characters
    private static final int MOST_USERS = 20_000;

    private final String file;
    private final Problems problems;
    private final FileProblems wrong;
    private final Map<String, PasswordHash> hashes = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new HashMap<>(); // by user, those with a bad hash too

    UsersReader(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
        this.wrong = new FileProblems(file, problems);
    }

    Map<String, PasswordHash> read(String text) {
        if (text.length() > Users.LARGEST_FILE) {
            error(0, "is larger than 4 MiB");
            return Map.of();
        }
        if (text.indexOf('\0') >= 0) {
            error(0, "holds zero bytes; save the file as UTF-8");
            return Map.of();
        }
        int number = 0;
        for (int from = text.startsWith("\uFEFF") ? 1 : 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end;
            number++;
            line(number, text.substring(from, to > from && text.charAt(to - 1) == '\r' ? to - 1 : to));
            from = to + 1;
            if (lines.size() > MOST_USERS) {
                error(number, "is user number " + lines.size() + ", and a file may have " + MOST_USERS);
                return hashes;
            }
        }
        wrong.end();
        if (hashes.isEmpty() && wrong.isEmpty()) {
            error(0, "has no user, so nobody could log in; make one with: ipgate passwd " + file + " USER");
        }
        return hashes;
    }

    private void line(int number, String line) {
        if (line.isBlank() || line.stripLeading().startsWith("#")) {
            return;
        }
        if (line.length() > LONGEST_LINE) {
            error(number, "the line is longer than " + LONGEST_LINE + " characters");
            return;
        }
        int colon = line.indexOf(':');
        if (colon < 0) {
            error(number, "the line has no colon; write user:hash, as ipgate passwd and htpasswd do");
            return;
        }
        String name = line.substring(0, colon);
        if (name.startsWith("$") || name.startsWith("{")) { // and may be a hash, which is not shown
            error(number, "the line does not begin with a user's name; write user:hash");
            return;
        }
        String wrongName = UserName.whatIsWrongInFile(name);
        if (wrongName != null) {
            error(number, "the user's name " + wrongName);
            return;
        }
        Integer before = lines.putIfAbsent(name, number);
        if (before != null) {
            error(number, "user \"" + name + "\" is in line " + before + " already; remove one of the two");
            return;
        }
        try {
            hashes.put(name, hash(number, name, line.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            error(number, "user \"" + name + "\" " + e.getMessage());
        }
    }

    /** The hash ends at a colon, behind which nginx has a comment. */
    private PasswordHash hash(int number, String name, String rest) {
        int colon = rest.indexOf(':');
        String hash = colon < 0 ? rest : rest.substring(0, colon);
        if (!PlainPassword.looksLike(hash)) {
            return PasswordHash.parse(hash.stripTrailing());
        }
        if (colon >= 0) {
            problems.warning(
                    new Position(file, number, 0),
                    "",
                    "user \"" + name + "\" has a password in clear with a colon, which ends it, as in nginx",
                    "");
        }
        return PasswordHash.parse(hash);
    }

    /** A problem, without the line's text: it may hold a hash or a password. */
    private void error(int number, String message) {
        wrong.error(new Position(file, number, 0), message, "");
    }
}

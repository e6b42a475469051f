package dev.ipgate.replay;

import dev.ipgate.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A line of the combined format, Apache's and nginx's, and of the common one, which ends earlier. What ipgate writes behind
 * it is read, too; and the name of a virtual host in front, as in Apache's {@code vhost_combined}.
 */
final class CombinedLine {

    /*
     * client - user [time] "GET /path HTTP/1.1" 200 12 "referer" "user agent" client=… peer=… decision=allow rule=… id=…
     *
     * Servers escape quotes in whatever clients choose, the user's name included. So the first bracket, blank and quote
     * begin the request, and what is behind the second quoted text after it is the server's own.
     */

    private static final String BEFORE_REQUEST = "] \"";
    private static final String DECISION = " decision=";

    private CombinedLine() {}

    /** Reads a line; null if it is none of these. */
    static @Nullable LoggedRequest parse(String line) {
        int found = line.indexOf(BEFORE_REQUEST);
        int blank = line.indexOf(' ');
        if (found < 0 || blank < 0 || blank > found) {
            return null;
        }
        String host = null;
        IpAddress client = IpAddress.parse(line, 0, blank);
        int second = line.indexOf(' ', blank + 1);
        if (client == null && second > 0) {
            client = IpAddress.parse(line, blank + 1, second);
            host = client == null ? null : line.substring(0, blank);
        }
        int from = found + BEFORE_REQUEST.length();
        int to = endOfQuoted(line, from);
        int status = to < 0 ? -1 : status(line, to + 1);
        if (status < 0) {
            return null;
        }
        String decision = decision(line, to + 1);
        LoggedRequest.Was was = decision == null ? LoggedRequest.byStatus(status) : LoggedRequest.byDecision(decision);
        int afterMethod = line.indexOf(' ', from);
        int beforeProtocol = line.lastIndexOf(' ', to);
        boolean whole = afterMethod > from && beforeProtocol > afterMethod && beforeProtocol < to;
        if (client == null || !whole) { // a head that nobody could read, or a client without an address
            boolean known = was == LoggedRequest.Was.UNKNOWN && (client != null || line.startsWith("- "));
            return known ? LoggedRequest.NOT_BY_ADDRESS : null;
        }
        return new LoggedRequest(
                client,
                line.substring(from, afterMethod),
                line.substring(afterMethod + 1, beforeProtocol),
                host,
                status,
                was);
    }

    /** Where the quote is that ends a text, in which others are escaped; -1 if there is none. */
    private static int endOfQuoted(String line, int from) {
        for (int i = from; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                return i;
            }
        }
        return -1;
    }

    /** The three digits behind a blank; -1 if there are none. */
    private static int status(String line, int at) {
        if (at + 4 > line.length() || line.charAt(at) != ' ') {
            return -1;
        }
        int status = 0;
        for (int i = at + 1; i <= at + 3; i++) {
            int digit = line.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            status = 10 * status + digit;
        }
        return at + 4 == line.length() || line.charAt(at + 4) == ' ' ? status : -1;
    }

    /** What ipgate decided; null in the log of another server. */
    private static @Nullable String decision(String line, int afterRequest) {
        int at = afterRequest;
        for (int quoted = 0; quoted < 2; quoted++) {
            int begin = line.indexOf('"', at);
            int end = begin < 0 ? -1 : endOfQuoted(line, begin + 1);
            if (end < 0) {
                return null;
            }
            at = end + 1;
        }
        int found = line.indexOf(DECISION, at);
        if (found < 0) {
            return null;
        }
        int begin = found + DECISION.length();
        int end = line.indexOf(' ', begin);
        return line.substring(begin, end < 0 ? line.length() : end);
    }
}

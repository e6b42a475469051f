package dev.ipgate.config;

import com.google.re2j.Pattern;
import dev.ipgate.net.IpAddress;
import java.net.IDN;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code hosts}: the names and patterns of all sites, each of which one site may have. */
final class HostNames {

    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final String NAME = "(?=.{1,253}$)" + LABEL + "(?:\\." + LABEL + ")*";
    private static final String REGEX = "~";

    /** A name that nobody has, and that a pattern for names of one's own does not hold. */
    private static final String STRANGER = "ipgate-x7q.invalid";

    /** What IDNA 2003, which is the JDK's, and IDNA 2008 read as different names: ß, ς, and two joiners. */
    private static final Set<Integer> DEVIATING = Set.of(0xDF, 0x3C2, 0x200C, 0x200D);

    private final Map<String, Setting> taken = new HashMap<>();

    List<String> read(@Nullable Setting setting) {
        if (setting == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (Setting item : setting.oneOrMore()) {
            String name = item.as(HostNames::parse);
            if (name == null) {
                continue;
            }
            boolean free = true;
            for (String each : eachOf(name)) {
                Setting earlier = taken.putIfAbsent(each, item);
                if (earlier != null) {
                    item.error("\"" + each + "\" is taken already: " + earlier.name() + ", line "
                            + earlier.at().line());
                    free = false;
                }
            }
            if (free) {
                names.add(name);
            }
        }
        return List.copyOf(names);
    }

    /** A leading dot stands for two. */
    private static List<String> eachOf(String name) {
        return name.startsWith(".") ? List.of(name.substring(1), "*" + name) : List.of(name);
    }

    /**
     * Warns of patterns that hold names of anybody's domain, where the Host is all that keeps a rebound name out.
     *
     * @param setting {@code hosts} of a site whose app sees another Host or Origin than the browser's
     */
    static void warnOfStrangers(@Nullable Setting setting) {
        for (Setting item : setting == null ? List.<Setting>of() : setting.oneOrMore()) {
            String text = item.peek();
            if (text != null && holdsStrangers(text)) {
                String way = text.startsWith(REGEX)
                        ? "other people's domains; bind it to yours, and end it with $"
                        : "other people's domains, such as " + text.replace("*", "evil.example") + "; write each name";
                item.warning("\"" + text + "\" holds names of " + way
                        + ". With host_header or origin: upstream, such a name that is pointed here carries a browser"
                        + " past the app's own check");
            }
        }
    }

    private static boolean holdsStrangers(String text) {
        if (!text.startsWith(REGEX)) {
            return text.endsWith(".*");
        }
        try {
            Pattern pattern = RegexText.compile(text.substring(1), text);
            boolean open = !text.endsWith("$") && !text.endsWith("\\z");
            return open || pattern.matcher(STRANGER).find();
        } catch (IllegalArgumentException e) {
            return false; // which has been reported
        }
    }

    /** The name as it is compared: in lower case, without the trailing dot. A regular expression stays as it is. */
    static String parse(String text) {
        if (text.startsWith(REGEX)) {
            return regex(text);
        }
        String name = text.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") && name.length() > 1 ? name.substring(0, name.length() - 1) : name;
        String alone = name.endsWith(".*")
                ? name.substring(0, name.length() - 2)
                : name.startsWith("*.") ? name.substring(2) : name.startsWith(".") ? name.substring(1) : name;
        boolean belowAddress = !alone.equals(name) && !name.endsWith(".*") && alone.matches("[0-9.]+");
        String wrong = alone.matches(NAME) && !belowAddress ? null : whatIsWrong(name);
        if (wrong != null) {
            throw new IllegalArgumentException("\"" + text + "\" " + wrong);
        }
        return name;
    }

    /**
     * The name as DNS is asked for it, in lower case and letters of ASCII, without the trailing dot.
     *
     * @throws IllegalArgumentException if the text is no name of one host
     */
    static String toLookUp(String text) {
        String quoted = "\"" + text + "\"";
        if (text.contains("*") || text.startsWith(REGEX) || text.startsWith(".")) {
            throw new IllegalArgumentException(quoted + " is a pattern; write the name of one host");
        }
        if (IpAddress.parse(text, 0, text.length()) != null || text.matches("[0-9./]+")) {
            throw new IllegalArgumentException(quoted + " is an address; write it in a list: [" + text + "]");
        }
        if (text.codePoints().anyMatch(DEVIATING::contains)) {
            throw new IllegalArgumentException(
                    quoted + " has a letter that programs write in two ways; write the name's xn-- form");
        }
        try {
            return parse(IDN.toASCII(text));
        } catch (IllegalArgumentException e) {
            String said = String.valueOf(e.getMessage());
            throw said.startsWith("\"") ? e : new IllegalArgumentException(quoted + " is no host name", e);
        }
    }

    private static String regex(String text) {
        if (text.length() == REGEX.length()) {
            throw new IllegalArgumentException(
                    "\"~\" has no regular expression behind it; write such as" + " '~^w[0-9]+\\.example\\.com$'");
        }
        if (text.startsWith("~ ") || text.startsWith("~*")) {
            throw new IllegalArgumentException("\"" + text + "\" is not how a name has it; write the expression right"
                    + " behind the ~, as nginx's server_name does. Names are in lower case by then");
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("has a control character, which no name has");
        }
        RegexText.compile(text.substring(REGEX.length()), text);
        return text;
    }

    private static String whatIsWrong(String name) {
        if (name.codePoints().anyMatch(c -> c > 127)) {
            return "has letters that are not sent as such; write it as " + ascii(name);
        }
        if (name.contains("://") || name.indexOf('/') >= 0) {
            return "is more than a host; write the name alone";
        }
        if (name.matches("[^:]*:[0-9]+")) {
            return "has a port; write " + name.substring(0, name.indexOf(':')) + ", which holds for every port";
        }
        if (name.indexOf(':') >= 0) {
            return "is no host name";
        }
        if (name.matches("\\*?\\.[0-9.]+")) {
            return "stands for names below an address, which there are none of";
        }
        if (name.indexOf('*') >= 0) {
            return "has a * elsewhere than as its first or last label; write such as \"*.example.com\"";
        }
        return "is no host name; use letters, digits and -, with dots between";
    }

    private static String ascii(String name) {
        try {
            return IDN.toASCII(name);
        } catch (IllegalArgumentException e) {
            return "its xn-- form";
        }
    }
}

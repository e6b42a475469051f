package dev.ipgate.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path of a request in the form that locations are chosen on: percent-decoded once, dot segments resolved (RFC 3986
 * section 5.2.4), slashes merged; nginx's {@code $uri}. A path that servers read differently has a form for each reading.
 */
final class RequestPath {

    /*
     * A server behind us may decode twice, take a backslash for a slash, keep %2F as data, drop ";parameters", or let
     * ".." take away an empty segment, and it may do several of these, before or after it resolves dot segments. So the
     * readings are what all these steps make of the path, in any order and number. Almost every path is left alone by
     * all of them, and a plain one is recognised in a single pass.
     */

    /** Different canonical forms of one path. */
    private static final int MOST_READINGS = 16;

    /** Forms on the way to them. */
    private static final int MOST_FORMS = 48;

    /** Characters of all forms together: what one request can cost, about a millisecond. */
    private static final int MOST_CHARS = 256 * 1024;

    private final List<String> readings;
    private final @Nullable String problem;

    private RequestPath(List<String> readings, @Nullable String problem) {
        this.readings = readings;
        this.problem = problem;
    }

    /** Whether the path is its own and only reading, so that it need not be examined further. Allocates nothing. */
    static boolean isPlain(String path) {
        char before = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            switch (c) {
                case '%', '\\', ';', '?', '#', 0x7F -> {
                    return false;
                }
                case '/', '.' -> {
                    if (before == '/') {
                        return false;
                    }
                }
                default -> {
                    if (c <= ' ') {
                        return false;
                    }
                }
            }
            before = c;
        }
        return path.startsWith("/");
    }

    /**
     * Reads a target in origin form (RFC 9112 section 3.2.1); a query is cut off. Never throws: what is wrong with the
     * path is its {@link #problem}.
     */
    static RequestPath of(String target) {
        if (isPlain(target)) {
            return new RequestPath(List.of(target), null);
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (!path.startsWith("/")) {
            return invalid("the path does not begin with a slash");
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c == 0x7F || c == '#') {
                return invalid("the path has a blank, a control character or a # that is not encoded");
            }
        }
        if (!PercentEncoding.isWellFormed(path)) {
            return invalid("the path has a % without two hexadecimal digits after it");
        }
        return readEveryWay(path);
    }

    private static RequestPath readEveryWay(String path) {
        Set<String> readings = new LinkedHashSet<>();
        Set<String> forms = new LinkedHashSet<>();
        Deque<String> pending = new ArrayDeque<>();
        visit(PercentEncoding.decode(path), forms, pending);
        visit(PercentEncoding.decodeAllButSlashes(path), forms, pending);
        int chars = 0;
        while (!pending.isEmpty()) {
            String form = pending.remove();
            chars += form.length();
            if (form.indexOf('\0') >= 0) {
                return invalid("the path has an encoded NUL");
            }
            String resolved = resolve(form, true);
            String unmerged = resolve(form, false);
            if (resolved == null || unmerged == null) {
                return invalid("the path climbs above the root");
            }
            readings.add(resolved);
            visit(resolved, forms, pending);
            visit(unmerged, forms, pending);
            visit(PercentEncoding.decode(form), forms, pending);
            visit(form.replace('\\', '/'), forms, pending);
            visit(withoutParameters(form), forms, pending);
            if (readings.size() > MOST_READINGS || forms.size() > MOST_FORMS || chars > MOST_CHARS) {
                return invalid("the path can be read in too many ways");
            }
        }
        return new RequestPath(List.copyOf(readings), null);
    }

    private static void visit(String form, Set<String> forms, Deque<String> pending) {
        if (forms.add(form)) {
            pending.add(form);
        }
    }

    private static RequestPath invalid(String problem) {
        return new RequestPath(List.of(), problem);
    }

    /** Why the request is to be refused with 400; null if it is not. Holds no text of the request. */
    @Nullable
    String problem() {
        return problem;
    }

    /**
     * The path as nginx reads it, which is the first of the readings; for a plain path, the very text.
     *
     * @throws IllegalStateException if the path has a problem
     */
    String canonical() {
        if (problem != null) {
            throw new IllegalStateException(problem);
        }
        return readings.get(0);
    }

    /** Every way to read the path, each once; usually one, and none if the path has a problem. */
    List<String> readings() {
        return readings;
    }

    /**
     * Whether no server resolves anything in a path, however often it decodes it: no segment is empty, a dot or two. The path
     * has no {@link #problem}, which bounds how often it can be decoded.
     */
    static boolean isSteady(String path) {
        if (isPlain(path)) {
            return true;
        }
        String unfolded = path;
        for (String once = PercentEncoding.decode(unfolded); !once.equals(unfolded); ) {
            unfolded = once;
            once = PercentEncoding.decode(unfolded);
        }
        unfolded = withoutParameters(unfolded.replace('\\', '/'));
        return unfolded.equals(resolve(unfolded, true));
    }

    /** Resolves dot segments and, if asked to, merges slashes; null if the path climbs above the root. */
    static @Nullable String resolve(String path, boolean mergeSlashes) {
        if (!path.contains("/.") && !path.contains("//")) {
            return path;
        }
        StringBuilder resolved = new StringBuilder(path.length());
        int at = 0; // always at a slash
        while (at < path.length()) {
            int slash = path.indexOf('/', at + 1);
            boolean last = slash < 0;
            int end = last ? path.length() : slash;
            int length = end - at - 1;
            if (length == 2 && path.startsWith("/..", at)) {
                int parent = resolved.lastIndexOf("/");
                if (parent < 0) {
                    return null;
                }
                resolved.setLength(parent);
                resolved.append(last ? "/" : "");
            } else if (length == 1 && path.startsWith("/.", at)) {
                resolved.append(last ? "/" : "");
            } else if (length > 0 || last || !mergeSlashes) {
                resolved.append(path, at, end);
            }
            at = end;
        }
        return resolved.toString();
    }

    /** Cuts what follows a semicolon off every segment, as servlet containers do (RFC 3986 section 3.3 allows it). */
    private static String withoutParameters(String path) {
        if (path.indexOf(';') < 0) {
            return path;
        }
        StringBuilder kept = new StringBuilder(path.length());
        int at = 0;
        while (at < path.length()) {
            int slash = path.indexOf('/', at + 1);
            int end = slash < 0 ? path.length() : slash;
            int semicolon = path.indexOf(';', at);
            kept.append(path, at, semicolon < 0 ? end : Math.min(semicolon, end));
            at = end;
        }
        return kept.toString();
    }
}

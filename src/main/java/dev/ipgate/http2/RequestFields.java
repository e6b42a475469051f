package dev.ipgate.http2;

import dev.ipgate.http.HeadReader;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The fields of one request's head, or of its trailers, and what is malformed about them (RFC 9113 section 8). */
final class RequestFields implements Consumer<HeaderField> {

    private static final int MOST_FIELDS = 1000;
    private static final int MOST_OF_A_NAME = 127; // HeaderValues counts in a byte
    private static final HttpString COOKIE = Headers.COOKIE;

    private final int mostBytes;
    private final boolean trailers;
    private final HeaderMap headers = new HeaderMap();
    private @Nullable String method;
    private @Nullable String scheme;
    private @Nullable String authority;
    private @Nullable String path;
    private @Nullable StringBuilder cookies;
    private @Nullable String problem;
    private int count;
    private int bytes;

    /** @param mostBytes what they may have together; those of a head that is larger are not kept */
    RequestFields(int mostBytes, boolean trailers) {
        this.mostBytes = mostBytes;
        this.trailers = trailers;
    }

    @Override
    public void accept(HeaderField field) {
        bytes += field.name().length() + field.value().length() + 4; // as HTTP/1.1 would have it
        if (isTooLarge() || problem != null) {
            return;
        }
        problem = field.problem();
        if (problem != null) {
            return;
        }
        if (field.isPseudo()) {
            pseudo(field);
        } else if (++count > MOST_FIELDS) {
            problem = "it has more than " + MOST_FIELDS + " header lines";
        } else if (field.name().equals(COOKIE)) {
            crumb(field.value());
        } else {
            add(field);
        }
    }

    private void add(HeaderField field) {
        HeaderValues before = headers.get(field.name());
        if (before != null && before.size() == MOST_OF_A_NAME) {
            problem = "it has too many lines of one name";
        } else {
            headers.add(field.name(), field.value());
        }
    }

    private void pseudo(HeaderField field) {
        if (trailers || count > 0) {
            problem = "a pseudo-header behind the headers";
            return;
        }
        boolean twice;
        switch (field.name().toString()) {
            case ":method" -> {
                twice = method != null;
                method = field.value();
            }
            case ":scheme" -> {
                twice = scheme != null;
                scheme = field.value();
            }
            case ":authority" -> {
                twice = authority != null;
                authority = field.value();
            }
            case ":path" -> {
                twice = path != null;
                path = field.value();
            }
            default -> {
                problem = "a pseudo-header that no request has";
                return;
            }
        }
        if (twice) {
            problem = "a pseudo-header is there twice";
        }
    }

    /** A cookie may come in crumbs, and the app gets it in one piece (RFC 9113 section 8.2.3). */
    private void crumb(String value) {
        if (cookies == null) {
            cookies = new StringBuilder(value);
        } else {
            cookies.append("; ").append(value);
        }
    }

    boolean isTooLarge() {
        return bytes > mostBytes;
    }

    @Nullable
    String problem() {
        return problem;
    }

    HeaderMap headers() {
        return headers;
    }

    /** The request target, byte for byte; empty if there is none. */
    String target() {
        return path == null ? "" : path;
    }

    /**
     * Makes the request of it.
     *
     * @return what is malformed about it, or null
     */
    @Nullable
    String read(HttpServerExchange exchange) {
        String wrong = problem != null ? problem : whatIsMissing();
        if (method != null && isToken(method)) {
            exchange.setRequestMethod(method(method));
        }
        String target = target();
        int query = target.indexOf('?');
        exchange.setRequestURI(query < 0 ? target : target.substring(0, query));
        exchange.setQueryString(query < 0 ? "" : target.substring(query + 1));
        if (authority != null && !headers.contains(Headers.HOST)) {
            headers.put(Headers.HOST, authority);
        }
        if (cookies != null) {
            headers.put(COOKIE, cookies.toString());
        }
        return wrong;
    }

    private @Nullable String whatIsMissing() {
        if (method == null || !isToken(method)) {
            return "its method is malformed";
        }
        HeaderValues host = headers.get(Headers.HOST);
        if (host != null
                && (host.size() != 1 || (authority != null && !host.getFirst().equalsIgnoreCase(authority)))) {
            return "an authority and a Host that differ";
        }
        if (host == null && authority == null) {
            return "not exactly one Host";
        }
        if (method.equals("CONNECT")) {
            return null; // which has neither of the rest, and is refused
        }
        if (scheme == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
            return "its scheme is neither http nor https";
        }
        return path == null || path.isEmpty() || path.charAt(0) != '/' ? "its target is no path" : null;
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7F || !HeadReader.isToken((byte) text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static HttpString method(String name) {
        return switch (name) {
            case "GET" -> Methods.GET;
            case "POST" -> Methods.POST;
            case "PUT" -> Methods.PUT;
            case "HEAD" -> Methods.HEAD;
            default -> new HttpString(name);
        };
    }
}

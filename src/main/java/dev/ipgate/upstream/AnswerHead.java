package dev.ipgate.upstream;

import static dev.ipgate.http.HeadReader.require;

import dev.ipgate.http.HeadReader;
import dev.ipgate.http.MalformedMessageException;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import org.jspecify.annotations.Nullable;

/**
 * The head of an answer (RFC 9112 section 4).
 *
 * @param http11 whether it is of HTTP/1.1; else of HTTP/1.0
 * @param status 100 to 999
 * @param reason the reason phrase; may be empty
 */
record AnswerHead(boolean http11, int status, String reason, HeaderMap headers) {

    private static final String VERSION = "HTTP/1.";

    /**
     * Reads the head that the reader has found.
     *
     * @throws MalformedMessageException if it is malformed
     */
    static AnswerHead read(HeadReader reader) throws MalformedMessageException {
        for (int i = 0; i < VERSION.length(); i++) {
            require(reader.takes(VERSION.charAt(i)), "it does not begin with HTTP/1");
        }
        boolean http11 = reader.takes('1');
        require(http11 || reader.takes('0'), "its version is neither HTTP/1.1 nor HTTP/1.0");
        require(reader.takes(' '), "its status line is malformed");
        int status = digit(reader) * 100 + digit(reader) * 10 + digit(reader);
        require(status >= 100, "its status is below 100");
        String reason = "";
        if (reader.takes(' ')) {
            reason = reader.restOfLine();
        } else {
            reader.endLine();
        }
        HeaderMap headers = new HeaderMap();
        reader.headers(headers);
        return new AnswerHead(http11, status, reason, headers);
    }

    private static int digit(HeadReader reader) throws MalformedMessageException {
        int digit = reader.next() - '0';
        require(digit >= 0 && digit <= 9, "its status is no number of three digits");
        return digit;
    }

    /** The only value of a header; null if it is missing. */
    @Nullable
    String first(HttpString name) {
        return headers.getFirst(name);
    }
}

package dev.ipgate.upstream;

import dev.ipgate.http.ContentLength;
import dev.ipgate.http.MalformedMessageException;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;

/**
 * How an answer's body ends (RFC 9112 section 6.3).
 *
 * @param kind what tells the end
 * @param length bytes of the body, for {@link Kind#LENGTH}; else 0
 */
record AnswerFraming(Kind kind, long length) {

    /** What tells the end of a body. */
    enum Kind {
        /** There is none, whatever the headers say. */
        NONE,
        /** Its length. */
        LENGTH,
        /** The last chunk. */
        CHUNKED,
        /** The end of the connection. */
        CLOSE
    }

    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    /**
     * Judges a final answer.
     *
     * @throws MalformedMessageException if two readers could see two ends
     */
    static AnswerFraming of(AnswerHead head, HttpString method) throws MalformedMessageException {
        HeaderValues codings = head.headers().get(Headers.TRANSFER_ENCODING);
        HeaderValues lengths = head.headers().get(Headers.CONTENT_LENGTH);
        if (lengths != null && (lengths.size() != 1 || ContentLength.parse(lengths.getFirst()) < 0)) {
            throw new MalformedMessageException("its Content-Length is malformed");
        }
        if (method.equals(Methods.HEAD) || head.status() == NO_CONTENT || head.status() == NOT_MODIFIED) {
            return new AnswerFraming(Kind.NONE, 0);
        }
        if (codings != null) {
            boolean chunked = codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked");
            if (!chunked || lengths != null || !head.http11()) {
                throw new MalformedMessageException("its Transfer-Encoding is unknown or ambiguous");
            }
            return new AnswerFraming(Kind.CHUNKED, 0);
        }
        return lengths == null
                ? new AnswerFraming(Kind.CLOSE, 0)
                : new AnswerFraming(Kind.LENGTH, ContentLength.parse(lengths.getFirst()));
    }

    /** Whether the connection could serve another request after this answer. */
    static boolean keepsAlive(AnswerHead head) {
        return head.http11() && !HopByHop.lists(head.headers(), "close");
    }
}

package dev.ipgate.upstream;

/**
 * Why a request got no answer from the app.
 *
 * @param kind what went wrong
 * @param detail for the log
 * @param page what the page is about, where its text has a gap: the app's address, or the limit
 */
public record Failure(Kind kind, String detail, String page) {

    Failure(Kind kind, String detail) {
        this(kind, detail, detail);
    }

    /** What went wrong, and the status that says so. */
    public enum Kind {
        /** No connection could be opened. */
        UNREACHABLE(502),
        /** The app dropped the connection or spoke nonsense. */
        BROKEN(502),
        /** The app owed an answer for too long. */
        SILENT(504),
        /** All connections to the app are taken, and the queue for them is full or too slow. */
        BUSY(503),
        /** The client's body is malformed. */
        BAD_BODY(400),
        /** The client's body is larger than it may be. */
        BODY_TOO_LARGE(413),
        /** The client stopped sending its body. */
        BODY_STALLED(408);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }
}

package dev.ipgate.client;

/** What a proxy sent is no PROXY header. The message says in what way, and holds nothing that it sent. */
public final class MalformedProxyHeaderException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedProxyHeaderException(String message) {
        super(message, null, false, false); // it tells about the proxy, not about this program
    }
}

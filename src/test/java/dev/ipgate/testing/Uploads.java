package dev.ipgate.testing;

import java.io.IOException;

/** Requests of HTTP/1.1 with a body, piece by piece. */
public final class Uploads {

    public static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    private Uploads() {}

    /** A request's head; each further line with its end. */
    public static String head(String method, String... lines) {
        return method + " /upload HTTP/1.1\r\nHost: localhost\r\n" + String.join("", lines) + "\r\n";
    }

    public static void sendChunk(RawClient client, byte[] bytes, int from, int length) throws IOException {
        client.send(Integer.toHexString(length) + "\r\n");
        byte[] chunk = new byte[length + 2];
        System.arraycopy(bytes, from, chunk, 0, length);
        chunk[length] = '\r';
        chunk[length + 1] = '\n';
        client.send(chunk);
    }

    /** Whoever takes uploads as the conf says, with the only client that may send one. */
    public static String conf(String url, String buffering, String limits) {
        return """
                upstream: {url: "URL", request_buffering: BUFFERING, response_timeout: 1m}
                rules: [{allow: 127.0.0.1}]
                limits: {LIMITS}
                """.replace("URL", url).replace("BUFFERING", buffering).replace("LIMITS", limits);
    }
}

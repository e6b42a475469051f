package dev.ipgate.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server answered, as it stood on the wire but for the framing of its body. */
public final class RawResponse {

    private final int status;
    private final String statusLine;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    RawResponse(int status, String statusLine, Map<String, List<String>> headers, byte[] body) {
        this.status = status;
        this.statusLine = statusLine;
        this.headers = headers;
        this.body = body;
    }

    public int status() {
        return status;
    }

    public String statusLine() {
        return statusLine;
    }

    /** All values of all headers, by their names in lower case. */
    public Map<String, List<String>> headers() {
        return headers;
    }

    /** The first value of a header, or null. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null ? null : values.get(0);
    }

    public byte[] bytes() {
        return body.clone();
    }

    public String body() {
        return new String(body, StandardCharsets.UTF_8);
    }
}

package dev.ipgate.testing;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server answered, as it stood on the wire but for the framing of its body. */
public record RawResponse(int status, String statusLine, Map<String, List<String>> headers, byte[] bytes) {

    /** The first value of a header, or null. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null ? null : values.get(0);
    }

    public String body() {
        return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }
}

package dev.ipgate.http;

import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Header lines that many answers have in common: where the protocol writes lines, they are made into bytes once. Not for
 * what an answer decides itself: its framing, its connection, its date. Immutable.
 */
public final class HeaderLines {

    private final Map<HttpString, String> values;
    private final String lines;

    /** @param values one for each name, in the order of the lines */
    public HeaderLines(Map<HttpString, String> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        StringBuilder text = new StringBuilder();
        values.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        lines = text.toString();
    }

    public Map<HttpString, String> values() {
        return values;
    }

    /** Adds them to other headers. */
    public void putTo(HeaderMap headers) {
        values.forEach(headers::put);
    }

    /** All lines with their ends. */
    String lines() {
        return lines;
    }
}

package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a form as browsers send it: {@code application/x-www-form-urlencoded} of the URL standard. */
final class FormFields {

    private static final String TYPE = "application/x-www-form-urlencoded";

    private final Map<String, String> fields = new HashMap<>();

    private FormFields() {}

    /** Whether a Content-Type is this one, whatever its parameters. */
    static boolean isType(@Nullable String contentType) {
        return contentType != null && contentType.split(";", 2)[0].strip().equalsIgnoreCase(TYPE);
    }

    /**
     * Takes a body apart.
     *
     * @throws IllegalArgumentException if it is malformed, or names a field twice
     */
    static FormFields parse(byte[] body) {
        FormFields form = new FormFields();
        for (String pair : new String(body, ISO_8859_1).split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), UTF_8);
            String value = equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), UTF_8);
            if (form.fields.putIfAbsent(name, value) != null) {
                throw new IllegalArgumentException("a field of the form is there twice");
            }
        }
        return form;
    }

    /** The value of a field; empty if it is not there. */
    String value(String name) {
        return fields.getOrDefault(name, "");
    }
}

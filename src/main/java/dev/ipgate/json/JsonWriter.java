package dev.ipgate.json;

import org.jspecify.annotations.Nullable;

/**
 * Writes JSON on one line into a {@code StringBuilder}: the access log, the refusal page, {@code --json}. Not safe for
 * use by several threads. That objects and arrays are ended is the caller's care.
 */
public final class JsonWriter {

    /*
     * Whether a comma is due shows in what was written last: a value ends in a quote, a digit, a letter or a closing
     * bracket, and after none of "{", "[" and ":" is a comma due. So there is no stack to keep, and a writer for each
     * line of a log costs nothing.
     */

    private final StringBuilder to;
    private final int start;

    /** Writes behind what the builder already holds. */
    public JsonWriter(StringBuilder to) {
        this.to = to;
        this.start = to.length();
    }

    public JsonWriter beginObject() {
        comma().append('{');
        return this;
    }

    public JsonWriter endObject() {
        to.append('}');
        return this;
    }

    public JsonWriter beginArray() {
        comma().append('[');
        return this;
    }

    public JsonWriter endArray() {
        to.append(']');
        return this;
    }

    /** The name of the member whose value comes next. */
    public JsonWriter name(String name) {
        JsonText.appendQuoted(comma(), name).append(':');
        return this;
    }

    /** A string, or {@code null}. */
    public JsonWriter value(@Nullable CharSequence value) {
        if (value == null) {
            comma().append("null");
        } else {
            JsonText.appendQuoted(comma(), value);
        }
        return this;
    }

    public JsonWriter value(long value) {
        comma().append(value);
        return this;
    }

    /** A number; {@code null} for one that JSON has not. */
    public JsonWriter value(double value) {
        StringBuilder number = comma();
        if (Double.isFinite(value)) {
            number.append(value);
        } else {
            number.append("null");
        }
        return this;
    }

    public JsonWriter value(boolean value) {
        comma().append(value);
        return this;
    }

    /** A member of an object: {@code name} and {@code value} in one. */
    public JsonWriter member(String name, @Nullable CharSequence value) {
        return name(name).value(value);
    }

    /** A member of an object: {@code name} and {@code value} in one. */
    public JsonWriter member(String name, long value) {
        return name(name).value(value);
    }

    /** A member of an object: {@code name} and {@code value} in one. */
    public JsonWriter member(String name, double value) {
        return name(name).value(value);
    }

    /** A member of an object: {@code name} and {@code value} in one. */
    public JsonWriter member(String name, boolean value) {
        return name(name).value(value);
    }

    /** What the builder holds. */
    @Override
    public String toString() {
        return to.toString();
    }

    private StringBuilder comma() {
        int end = to.length();
        if (end > start) {
            char last = to.charAt(end - 1);
            if (last != '{' && last != '[' && last != ':') {
                to.append(',');
            }
        }
        return to;
    }
}

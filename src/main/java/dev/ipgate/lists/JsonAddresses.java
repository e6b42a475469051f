package dev.ipgate.lists;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.ipgate.config.JsonPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Finds the texts at some places of a JSON document, which is read as a stream. */
final class JsonAddresses {

    private static final JsonFactory FACTORY = new JsonFactory(); // whose defaults bound depth and lengths

    private final List<JsonPath> paths;
    private final List<String> here = new ArrayList<>();
    private final List<String> found = new ArrayList<>();

    private JsonAddresses(List<JsonPath> paths) {
        this.paths = paths;
    }

    /**
     * Reads a whole document.
     *
     * @throws IOException if it is no JSON, or has something else than text at one of the places; the message goes behind
     *     the document's name
     */
    static List<String> read(byte[] json, List<JsonPath> paths) throws IOException {
        JsonAddresses reading = new JsonAddresses(paths);
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new IOException("is empty");
            }
            reading.value(parser);
            if (parser.nextToken() != null) {
                throw new IOException("goes on behind its JSON");
            }
        } catch (JsonProcessingException e) {
            throw new IOException("is no JSON that could be read: " + e.getOriginalMessage(), e);
        }
        return reading.found;
    }

    /** Depth is bounded by the parser, which refuses to go deeper than a thousand. */
    private void value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        boolean wanted = paths.stream().anyMatch(path -> path.steps().equals(here));
        if (wanted) {
            if (token != JsonToken.VALUE_STRING) {
                throw new IOException("has no text at " + new JsonPath(here));
            }
            found.add(parser.getText());
        } else if (token == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                within(parser.currentName(), parser);
            }
        } else if (token == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                here.add(JsonPath.EVERY);
                value(parser);
                here.remove(here.size() - 1);
            }
        }
    }

    private void within(String name, JsonParser parser) throws IOException {
        here.add(name);
        parser.nextToken();
        value(parser);
        here.remove(here.size() - 1);
    }
}

package dev.ipgate.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.mlflow_project.google.gson.Gson;
import org.mlflow_project.google.gson.JsonElement;

class JsonWriterTest {

    @Test
    void commasStandBetweenMembersAndElementsOnly() throws IOException {
        JsonWriter json = new JsonWriter(new StringBuilder())
                .beginObject()
                .member("client", "203.0.113.7")
                .member("status", 403)
                .member("allowed", false)
                .member("rule", null)
                .name("empty")
                .beginObject()
                .endObject()
                .name("via")
                .beginArray()
                .value("10.0.0.1")
                .value(2)
                .value(true)
                .beginArray()
                .endArray()
                .beginObject()
                .member("a", 1)
                .endObject()
                .endArray()
                .member("last", "x")
                .endObject();

        assertThat(json)
                .hasToString("{\"client\":\"203.0.113.7\",\"status\":403,\"allowed\":false,\"rule\":null,\"empty\":{},"
                        + "\"via\":[\"10.0.0.1\",2,true,[],{\"a\":1}],\"last\":\"x\"}");
        assertThat(new Gson()
                        .getAdapter(JsonElement.class)
                        .fromJson(json.toString())
                        .isJsonObject())
                .isTrue();
    }

    @Test
    void stringsThatLookLikeSyntaxDoNotConfuseTheCommas() {
        JsonWriter json = new JsonWriter(new StringBuilder())
                .beginArray()
                .value("{")
                .value("[")
                .value(":")
                .value("")
                .endArray();

        assertThat(json).hasToString("[\"{\",\"[\",\":\",\"\"]");
    }

    @Test
    void whatTheBuilderHeldBeforeIsLeftAlone() {
        StringBuilder line = new StringBuilder("ipgate: ");

        new JsonWriter(line).beginObject().member("a", 1).endObject();

        assertThat(line).hasToString("ipgate: {\"a\":1}");
    }
}

package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mlflow_project.google.gson.JsonArray;
import org.mlflow_project.google.gson.JsonElement;
import org.mlflow_project.google.gson.JsonObject;
import org.mlflow_project.google.gson.JsonParser;

/**
 * As much of an MLflow tracking server as its Java client needs to log a run, kept in memory. Like the real one from 3.5
 * on, it answers only to its own name.
 */
public final class MlflowApp {

    private static final String API = "/api/2.0/mlflow/";

    private final Map<String, JsonObject> experiments = new LinkedHashMap<>();
    private final Map<String, JsonObject> runs = new LinkedHashMap<>();

    private MlflowApp() {}

    public static App start() {
        return App.start(new MlflowApp()::answer);
    }

    private synchronized void answer(App app, HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        app.note(exchange);
        boolean isOurs =
                ("127.0.0.1:" + app.port()).equals(exchange.getRequestHeaders().getFirst("Host"));
        JsonObject answer = isOurs ? answer(exchange, body) : null;
        int status = answer != null ? 200 : isOurs ? 404 : 403;
        byte[] bytes = (answer == null ? "{\"error_code\": \"REFUSED\"}" : answer.toString()).getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private @Nullable JsonObject answer(HttpExchange exchange, String body) {
        String path = exchange.getRequestURI().getPath();
        if (!path.startsWith(API)) {
            return null;
        }
        String call = exchange.getRequestMethod() + " " + path.substring(API.length());
        JsonObject asked = body.isEmpty()
                ? query(exchange.getRequestURI().getRawQuery())
                : JsonParser.parseString(body).getAsJsonObject();
        JsonObject answer = new JsonObject();
        switch (call) {
            case "POST experiments/create" -> answer.addProperty("experiment_id", createExperiment(asked));
            case "GET experiments/get" -> answer.add("experiment", experiments.get(text(asked, "experiment_id")));
            case "POST runs/create" -> answer.add("run", createRun(asked));
            case "GET runs/get" -> answer.add("run", runs.get(text(asked, "run_id")));
            case "POST runs/search" -> answer.add("runs", search(asked.getAsJsonArray("experiment_ids")));
            case "POST runs/log-parameter" -> add(asked, "params", asked);
            case "POST runs/log-metric" -> add(asked, "metrics", asked);
            case "POST runs/set-tag" -> add(asked, "tags", asked);
            case "POST runs/log-batch" -> {
                for (String what : new String[] {"params", "metrics", "tags"}) {
                    asked.getAsJsonArray(what).forEach(entry -> add(asked, what, entry));
                }
            }
            case "POST runs/update" -> {
                JsonObject info = info(run(asked));
                info.add("status", asked.get("status"));
                info.add("end_time", asked.get("end_time"));
                answer.add("run_info", info);
            }
            default -> {
                return null;
            }
        }
        return answer;
    }

    private String createExperiment(JsonObject asked) {
        String id = Integer.toString(experiments.size() + 1);
        JsonObject experiment = new JsonObject();
        experiment.addProperty("experiment_id", id);
        experiment.add("name", asked.get("name"));
        experiments.put(id, experiment);
        return id;
    }

    private JsonObject createRun(JsonObject asked) {
        String id = "run" + (runs.size() + 1);
        JsonObject info = new JsonObject();
        info.addProperty("run_id", id);
        info.add("experiment_id", asked.get("experiment_id"));
        info.addProperty("status", "RUNNING");
        JsonObject data = new JsonObject();
        for (String what : new String[] {"params", "metrics", "tags"}) {
            data.add(what, new JsonArray());
        }
        JsonObject run = new JsonObject();
        run.add("info", info);
        run.add("data", data);
        runs.put(id, run);
        return run;
    }

    private JsonArray search(JsonArray experimentIds) {
        JsonArray found = new JsonArray();
        runs.values().stream()
                .filter(run -> experimentIds.contains(info(run).get("experiment_id")))
                .forEach(found::add);
        return found;
    }

    private void add(JsonObject asked, String what, JsonElement entry) {
        run(asked).getAsJsonObject("data").getAsJsonArray(what).add(entry);
    }

    private JsonObject run(JsonObject asked) {
        JsonObject run = runs.get(text(asked, "run_id"));
        if (run == null) {
            throw new IllegalArgumentException("no such run: " + asked);
        }
        return run;
    }

    private static JsonObject info(JsonObject run) {
        return run.getAsJsonObject("info");
    }

    private static String text(JsonObject asked, String name) {
        return asked.get(name).getAsString();
    }

    private static JsonObject query(String raw) {
        Map<String, String> values = new HashMap<>();
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            values.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        JsonObject asked = new JsonObject();
        values.forEach(asked::addProperty);
        return asked;
    }
}

package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mlflow_project.google.gson.JsonElement;
import org.mlflow_project.google.gson.JsonObject;
import org.mlflow_project.google.gson.JsonParser;

/** A real Chromium without a window, driven by the Chrome DevTools protocol; it shows one page. */
public final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private @Nullable String session;

    private Browser(Process process, Path profile, URI devTools) {
        this.process = process;
        this.profile = profile;
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(devTools, new Messages())
                .join();
    }

    /** Starts one with a profile of its own in the folder. */
    public static Browser start(Path folder) throws IOException {
        Path profile = folder.resolve("profile");
        Process process = new ProcessBuilder(
                        Programs.require("chromium").toString(),
                        "--headless=new",
                        "--no-sandbox", // which root cannot have
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--no-first-run",
                        "--ignore-certificate-errors", // of what tests make for themselves
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("chromium.log").toFile())
                .start();
        Path port = profile.resolve("DevToolsActivePort");
        try {
            Eventually.holds(
                    "Chromium can be driven",
                    () -> Files.exists(port) && Files.readAllLines(port).size() >= 2);
            List<String> lines = Files.readAllLines(port);
            Browser browser =
                    new Browser(process, profile, URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1)));
            browser.attach();
            return browser;
        } catch (Throwable e) {
            end(process, profile);
            throw e;
        }
    }

    private void attach() {
        String target = call("Target.createTarget", "{'url':'about:blank'}")
                .get("targetId")
                .getAsString();
        session = call("Target.attachToTarget", "{'targetId':'" + target + "','flatten':true}")
                .get("sessionId")
                .getAsString();
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            call(domain + ".enable", "{}");
        }
    }

    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonObject message = JsonParser.parseString(text.toString()).getAsJsonObject();
                text.setLength(0);
                took(message);
            }
            webSocket.request(1);
            return null;
        }
    }

    private void took(JsonObject message) {
        JsonElement id = message.get("id");
        if (id != null) {
            Objects.requireNonNull(answers.remove(id.getAsInt())).complete(message);
            return;
        }
        JsonObject facts = message.getAsJsonObject("params");
        switch (message.get("method").getAsString()) {
            case "Network.requestWillBeSent" ->
                requests.add(facts.getAsJsonObject("request").get("url").getAsString());
            case "Runtime.exceptionThrown" -> errors.add(facts.toString());
            case "Runtime.consoleAPICalled" -> errors.add("console: " + facts);
            case "Log.entryAdded" -> errors.add("log: " + facts);
            default -> {}
        }
    }

    /** Sends a command with its parameters, in which ' may stand for ". */
    private JsonObject call(String method, String parameters) {
        return call(
                method, JsonParser.parseString(parameters.replace('\'', '"')).getAsJsonObject());
    }

    private JsonObject call(String method, JsonObject parameters) {
        int id = ids.incrementAndGet();
        JsonObject command = new JsonObject();
        command.addProperty("id", id);
        command.addProperty("method", method);
        command.add("params", parameters);
        if (session != null) {
            command.addProperty("sessionId", session);
        }
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(command.toString(), true).join();
        try {
            JsonObject message = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (message.has("error")) {
                throw new IllegalStateException(method + ": " + message.get("error"));
            }
            return message.getAsJsonObject("result");
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("no answer to " + method, e);
        }
    }

    /** Loads a page as if on a screen of that size. */
    public void open(String url, int width, int height, boolean dark) {
        size(width, height, dark);
        call("Page.navigate", "{'url':'" + url + "'}");
    }

    public void size(int width, int height, boolean dark) {
        call(
                "Emulation.setDeviceMetricsOverride",
                "{'width':" + width + ",'height':" + height + ",'deviceScaleFactor':1,'mobile':" + (width < 600) + "}");
        call(
                "Emulation.setEmulatedMedia",
                "{'features':[{'name':'prefers-color-scheme','value':'" + (dark ? "dark" : "light") + "'}]}");
    }

    /** What a JavaScript expression, or the promise that it is, comes to, as text. */
    public String evaluate(String expression) {
        JsonObject parameters = new JsonObject();
        parameters.addProperty("expression", expression);
        parameters.addProperty("awaitPromise", true);
        parameters.addProperty("returnByValue", true);
        parameters.addProperty("userGesture", true);
        JsonObject answer = call("Runtime.evaluate", parameters);
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + answer);
        }
        JsonElement value = answer.getAsJsonObject("result").get("value");
        return value == null || value.isJsonNull()
                ? ""
                : value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }

    /** Presses a key such as Tab or Enter. */
    public void press(String key, int code) {
        String text = key.equals("Enter") ? ",'text':'\\r'" : "";
        String parameters = ",'key':'" + key + "','code':'" + key + "','windowsVirtualKeyCode':" + code + text + "}";
        call("Input.dispatchKeyEvent", "{'type':'keyDown'" + parameters);
        call("Input.dispatchKeyEvent", "{'type':'keyUp'" + parameters);
    }

    /** Writes the whole page as a picture. */
    public void screenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        String picture = call("Page.captureScreenshot", "{'format':'png','captureBeyondViewport':true}")
                .get("data")
                .getAsString();
        Files.write(file, Base64.getDecoder().decode(picture));
    }

    /** What axe-core finds that seriously or critically bars people, as JSON: {@code []} for nothing. */
    public String seriousBarriers() throws IOException {
        try (InputStream in = Objects.requireNonNull(Browser.class.getResourceAsStream("/axe.min.js"))) {
            evaluate(new String(in.readAllBytes(), UTF_8) + "; true");
        }
        return evaluate("axe.run().then(r => JSON.stringify(r.violations.filter(v => v.impact === 'serious'"
                + " || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.map(n => n.html + n.failureSummary))))");
    }

    /** Whatever the page has written to the console, thrown or violated. */
    public List<String> errors() {
        return errors;
    }

    /** What was asked for, by address. */
    public List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        socket.abort();
        end(process, profile);
    }

    /** Ends it with all its children, which live on for a while by themselves and write to the profile until they end. */
    private static void end(Process process, Path profile) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        Eventually.holds("the profile is gone", () -> {
            try (Stream<Path> files = Files.walk(profile)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
                return true;
            } catch (IOException | UncheckedIOException e) {
                return !Files.exists(profile);
            }
        });
    }
}

package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.mlflow_project.google.gson.JsonObject;
import org.mlflow_project.google.gson.JsonParser;

/** What a command, run in this process, told the shell. */
record CommandRun(int status, String out, String err) {

    static CommandRun of(String... args) {
        return withInput("", args);
    }

    static CommandRun withInput(String input, String... args) {
        ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(UTF_8));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = new Main(in, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), () -> null)
                .run(args);
        return new CommandRun(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    /** The answer of {@code --json}, read by a parser that is not ours. */
    JsonObject json() {
        return JsonParser.parseString(out).getAsJsonObject();
    }
}

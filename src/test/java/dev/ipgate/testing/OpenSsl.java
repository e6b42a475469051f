package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Keys and certificates as operators have them, made by openssl(1) in a folder of the test's; and its client. */
public final class OpenSsl {

    private static final int PATIENCE_SECONDS = 30;

    private final Path program = Programs.require("openssl");
    private final Path folder;

    public OpenSsl(Path folder) {
        this.folder = folder;
    }

    /** The conf file's {@code tls} for a pair that {@link #rsa} or {@link #ec} has made. */
    public static String tls(String name) {
        return "{certificate: " + name + ".pem, private_key: " + name + ".key}";
    }

    /** Makes NAME.pem and NAME.key: RSA 2048, PKCS#8, signed by itself. */
    public void rsa(String name, String san, String... options) throws IOException {
        pair(name, san, List.of("-newkey", "rsa:2048"), options);
    }

    /** Makes NAME.pem and NAME.key: P-256, PKCS#8, signed by itself unless the options say {@code -CA} and {@code -CAkey}. */
    public void ec(String name, String san, String... options) throws IOException {
        pair(name, san, List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"), options);
    }

    private void pair(String name, String san, List<String> key, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("req", "-x509", "-nodes", "-subj", "/CN=" + name));
        arguments.addAll(key);
        arguments.addAll(List.of("-keyout", name + ".key", "-out", name + ".pem"));
        if (!san.isEmpty()) {
            arguments.addAll(List.of("-addext", "subjectAltName=" + san));
        }
        arguments.addAll(Arrays.asList(options));
        if (!arguments.contains("-days")) {
            arguments.addAll(List.of("-days", "90"));
        }
        run(arguments.toArray(String[]::new));
    }

    /** Makes a pair as {@link #ec} does, whose time ended yesterday. */
    public void expired(String name, String san) throws IOException {
        ec(name, san);
        run("x509", "-in", name + ".pem", "-signkey", name + ".key", "-days", "-1", "-out", name + ".pem");
    }

    /** Runs openssl in the folder; it must succeed. Gives what it printed. */
    public String run(String... arguments) throws IOException {
        return run("", true, arguments);
    }

    /** The same with something on its stdin, whatever its exit status. */
    public String talk(String input, String... arguments) throws IOException {
        return run(input, false, arguments);
    }

    private String run(String input, boolean mustSucceed, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(UTF_8));
        } catch (IOException e) {
            // it has ended without reading
        }
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(output)
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (mustSucceed) {
            assertThat(process.exitValue()).as(output).isZero();
        }
        return output;
    }
}

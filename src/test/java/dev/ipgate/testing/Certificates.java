package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Keys and certificates for tests, made by the JDK's keytool in a folder of the test's. */
public final class Certificates {

    private static final String PASSWORD = "secret";

    private final Path folder;
    private final Path store;

    public Certificates(Path folder) {
        this.folder = folder;
        this.store = folder.resolve("keys.p12");
    }

    /** Makes an authority of its own. */
    public void authority(String name) throws IOException, InterruptedException {
        generate(name, "-ext", "bc:critical=ca:true");
    }

    /**
     * Makes a server's certificate.
     *
     * @param san whose it is, as keytool writes it: {@code ip:127.0.0.1,dns:localhost}
     * @param options of keytool, such as {@code -signer NAME} or {@code -startdate -10d}
     */
    public void server(String name, String san, String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("-ext", "san=" + san));
        all.addAll(List.of(options));
        generate(name, all.toArray(String[]::new));
    }

    private void generate(String name, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(List.of(options));
        Path output = folder.resolve("keytool.log");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(keytool.waitFor()).as(() -> read(output)).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Writes a certificate as PEM, behind those that the file has. */
    public Path pem(String name, String file) throws IOException, GeneralSecurityException {
        byte[] encoded = keys().getCertificate(name).getEncoded();
        String text = "# " + name + "\n-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END CERTIFICATE-----\n";
        Path path = folder.resolve(file);
        String before = Files.exists(path) ? Files.readString(path) : "";
        return Files.writeString(path, before + text, US_ASCII);
    }

    /** What a server needs that shows this certificate. */
    public SSLContext identity(String name) throws IOException, GeneralSecurityException {
        KeyStore all = keys();
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(
                name, all.getKey(name, PASSWORD.toCharArray()), PASSWORD.toCharArray(), all.getCertificateChain(name));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(one, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    /** What a client needs that believes this certificate and no other. */
    public SSLContext trust(String name) throws IOException, GeneralSecurityException {
        KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setCertificateEntry(name, keys().getCertificate(name));
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(one);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private KeyStore keys() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }
}

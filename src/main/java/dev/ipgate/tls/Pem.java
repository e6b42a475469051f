package dev.ipgate.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of certificates or keys in PEM (RFC 7468). What stands between the blocks is a comment.
 *
 * @param path for messages
 */
public record Pem(Path path, List<Block> blocks) {

    /**
     * What stands between a BEGIN and its END.
     *
     * @param label such as {@code CERTIFICATE}
     * @param text as it stands, which shows the headers that OpenSSL used to write before the base64
     */
    record Block(String label, String text) {

        /** @throws IllegalArgumentException if it is no base64 */
        byte[] der() {
            return Base64.getMimeDecoder().decode(text);
        }
    }

    private static final int LONGEST_FILE = 4 * 1024 * 1024; // bytes; the list that browsers trust has 220 KB
    private static final Pattern BLOCKS =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    public Pem {
        blocks = List.copyOf(blocks);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException with a message for the operator, if it cannot be read
     */
    public static Pem read(Path path) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCKS.matcher(new String(bytes(path), ISO_8859_1));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return new Pem(path, blocks);
    }

    /** @throws IllegalArgumentException with a message for the operator, if it cannot be read */
    static byte[] bytes(Path path) {
        String quoted = "\"" + path + "\"";
        if (Files.exists(path) && !Files.isRegularFile(path)) { // reading a pipe would wait for ever
            throw new IllegalArgumentException(
                    quoted + (Files.isDirectory(path) ? " is a directory" : " is no regular file"));
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(LONGEST_FILE + 1);
            if (bytes.length > LONGEST_FILE) {
                throw new IllegalArgumentException(quoted + " is larger than 4 MiB");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(quoted + " does not exist", e);
        } catch (AccessDeniedException e) {
            throw new IllegalArgumentException(
                    quoted + " cannot be read: permission denied; see \"TLS\" in configuration.md", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(quoted + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The certificates in the file.
     *
     * @throws IllegalArgumentException with a message for the operator, if there is none, or one that cannot be read
     */
    public List<X509Certificate> certificates() {
        List<X509Certificate> found = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks) {
                if (block.label().equals("CERTIFICATE")
                        && factory.generateCertificate(new ByteArrayInputStream(block.der()))
                                instanceof X509Certificate certificate) {
                    found.add(certificate);
                }
            }
        } catch (CertificateException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + path + "\" has a certificate, number " + (found.size() + 1)
                            + " in the file, that cannot be read",
                    e);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(
                    "\"" + path + "\" holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE-----");
        }
        return found;
    }
}

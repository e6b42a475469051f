package dev.ipgate.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ipgate.testing.OpenSsl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys in every form in which OpenSSL writes them. */
class IdentityTest {

    @TempDir
    private Path folder;

    private OpenSsl openSsl;

    @BeforeEach
    void findOpenSsl() {
        openSsl = new OpenSsl(folder);
    }

    private Identity read(String certificate, String key, @Nullable String passphrase) {
        return Identity.read(
                folder.resolve(certificate),
                folder.resolve(key),
                passphrase == null ? null : folder.resolve(passphrase));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # what OpenSSL writes | the algorithm
            PRIVATE KEY           | genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out KEY
            PRIVATE KEY           | genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out KEY
            PRIVATE KEY           | genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out KEY
            PRIVATE KEY           | genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp384r1 -out KEY
            RSA PRIVATE KEY       | genrsa -traditional -out KEY 2048
            EC PRIVATE KEY        | ecparam -name prime256v1 -genkey -noout -out KEY
            EC PRIVATE KEY        | ecparam -name secp384r1 -genkey -noout -out KEY
            EC PRIVATE KEY        | ecparam -name secp521r1 -genkey -out KEY
            """)
    void readsKeysInTheClear(String label, String command) throws IOException {
        openSsl.run(command.replace("KEY", "a.key").split(" "));
        assertThat(folder.resolve("a.key")).content().contains("BEGIN " + label + "-----");
        certificate();

        assertThat(read("a.pem", "a.key", null).names()).containsExactly("a.example", "*.b.example");
    }

    private void certificate() throws IOException {
        openSsl.run(
                "req",
                "-x509",
                "-key",
                "a.key",
                "-out",
                "a.pem",
                "-subj",
                "/CN=a",
                "-days",
                "9",
                "-addext",
                "subjectAltName=DNS:A.example,DNS:*.b.example,IP:127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-v2 aes-256-cbc",
                "-v2 aes-128-cbc -v2prf hmacWithSHA1",
                "-v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 100000",
                "-v1 PBE-SHA1-3DES"
            })
    void readsEncryptedKeys(String how) throws IOException {
        openSsl.run("genpkey", "-algorithm", "RSA", "-out", "a.key");
        certificate();
        Files.writeString(folder.resolve("pass"), "hush hush\nnot this\n");
        Files.writeString(folder.resolve("wrong"), "hash hash");
        openSsl.run(("pkcs8 -topk8 -in a.key -out b.key -passout file:pass " + how).split(" "));

        assertThat(read("a.pem", "b.key", "pass").algorithm()).isEqualTo("RSA");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("a.pem", "b.key", "wrong"))
                .withMessage(
                        "the passphrase in \"%s\" does not open \"%s\"",
                        folder.resolve("wrong"), folder.resolve("b.key"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("a.pem", "b.key", null))
                .withMessageContaining("name the file with its passphrase in passphrase_file");
    }

    @Test
    void saysHowToConvertAnEncryptionThatJavaDoesNotKnow() throws IOException {
        openSsl.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", "a.key");
        certificate();
        Files.writeString(folder.resolve("pass"), "hush\n");
        openSsl.run("pkcs8 -topk8 -in a.key -out b.key -passout file:pass -scrypt".split(" "));
        openSsl.run("ec -in a.key -out c.key -aes256 -passout file:pass".split(" "));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("a.pem", "b.key", "pass"))
                .withMessageContaining("convert it with: openssl pkcs8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("a.pem", "c.key", "pass"))
                .withMessageContaining("OpenSSL's old form; convert it: openssl pkcs8");
    }

    @Test
    void refusesAKeyThatJavaCannotSignWith() throws IOException {
        openSsl.run("genpkey", "-algorithm", "ED25519", "-out", "a.key");
        certificate();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("a.pem", "a.key", null))
                .withMessageContaining("it must be RSA, or EC");
    }

    @Test
    void aKeyMustBelongToItsCertificate() throws IOException {
        openSsl.ec("one", "DNS:one.example");
        openSsl.ec("two", "DNS:two.example");
        openSsl.rsa("three", "DNS:three.example");
        for (String other : new String[] {"two.key", "three.key"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> read("one.pem", other, null))
                    .withMessage(
                            "\"%s\" does not belong to the certificate \"%s\"",
                            folder.resolve(other), folder.resolve("one.pem"));
        }
    }

    @Test
    void theServersOwnCertificateComesFirst() throws IOException {
        openSsl.ec("ca", "");
        openSsl.ec("leaf", "DNS:leaf.example", "-CA", "ca.pem", "-CAkey", "ca.key");
        String ca = Files.readString(folder.resolve("ca.pem"));
        String leaf = Files.readString(folder.resolve("leaf.pem"));
        Files.writeString(folder.resolve("chain.pem"), "a comment\n" + leaf + ca);
        Files.writeString(folder.resolve("reversed.pem"), ca + leaf);
        Files.writeString(folder.resolve("gap.pem"), leaf + leaf);

        assertThat(read("chain.pem", "leaf.key", null).gap()).isZero();
        assertThat(read("chain.pem", "leaf.key", null).chain()).hasSize(2);
        assertThat(read("gap.pem", "leaf.key", null).gap()).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read("reversed.pem", "leaf.key", null))
                .withMessageContaining("has the server's own certificate as number 2");
    }

    @Test
    void windowsLineEndsDoNotMatter() throws IOException {
        openSsl.ec("a", "DNS:a.example");
        for (String file : new String[] {"a.pem", "a.key"}) {
            Path path = folder.resolve(file);
            Files.writeString(path, "\uFEFF" + Files.readString(path).replace("\n", "\r\n"));
        }
        assertThat(read("a.pem", "a.key", null).algorithm()).isEqualTo("EC");
    }
}

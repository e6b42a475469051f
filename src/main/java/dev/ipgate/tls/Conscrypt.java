package dev.ipgate.tls;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import org.jspecify.annotations.Nullable;

/** Conscrypt, the TLS of BoringSSL for Java: faster than the JDK's, and of use to who has its jar. */
public final class Conscrypt {

    private static final String PATTERN = "conscrypt-*.jar";
    private static final String PROVIDER = "org.conscrypt.OpenSSLProvider";

    private Conscrypt() {}

    /**
     * The jar in a folder; null if there is none. Of several it is the last by name.
     *
     * @throws IOException if the folder cannot be read
     */
    public static @Nullable Path jarIn(Path folder) throws IOException {
        Path last = null;
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, PATTERN)) {
            for (Path jar : jars) {
                if (last == null || jar.compareTo(last) > 0) {
                    last = jar;
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return last;
    }

    /**
     * Loads a jar, and the library in it. What is loaded stays.
     *
     * @throws IllegalStateException with a message for the operator, if it is something else, or for another kind of machine
     */
    public static Provider load(Path jar) {
        try {
            @SuppressWarnings("resource") // its classes are used for as long as the program runs
            URLClassLoader loader = new URLClassLoader(new URL[] {url(jar)}, Conscrypt.class.getClassLoader());
            return (Provider) loader.loadClass(PROVIDER).getConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException("\"" + jar + "\" cannot be used: " + cause, e);
        }
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}

package dev.ipgate.lists;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Gets what is published at a URL, within limits of time and size, and from nobody else. */
final class Download {

    private static final int LARGEST = 16 << 20; // bytes, compressed or not
    private static final int MOST_REDIRECTS = 3;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final Duration patience;
    private final HttpClient client;

    /**
     * Asks nobody yet.
     *
     * @param authorities trusted besides those that the JDK trusts
     * @param patience how long one URL may take, redirects included
     * @throws IOException if the authorities cannot be used
     */
    Download(List<X509Certificate> authorities, Duration patience) throws IOException {
        this.patience = patience;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(CONNECT.compareTo(patience) < 0 ? CONNECT : patience)
                .followRedirects(HttpClient.Redirect.NEVER); // each is looked at
        ProxySelector proxies = ProxySelector.getDefault();
        if (proxies != null) {
            builder.proxy(proxies);
        }
        if (!authorities.isEmpty()) {
            builder.sslContext(trusting(authorities));
        }
        client = builder.build();
    }

    /**
     * By what a server knows its content again.
     *
     * @param etag or null
     * @param modified the time of its last change, or null
     */
    record Version(@Nullable String etag, @Nullable String modified) {}

    /** What a server said. */
    static final class Answer {
        private final byte @Nullable [] content;
        private final Version version;

        private Answer(byte @Nullable [] content, Version version) {
            this.content = content;
            this.version = version;
        }

        /** Null if it is as it was. */
        byte @Nullable [] content() {
            return content;
        }

        Version version() {
            return version;
        }
    }

    /**
     * Asks for a URL.
     *
     * @param known what it had last, or null
     * @throws IOException with a message that goes behind the URL: {@code answers 404}
     */
    Answer get(URI url, @Nullable Version known) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        URI at = url;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpResponse<byte[]> response = send(at, known, deadline);
            int status = response.statusCode();
            String location = response.headers().firstValue("Location").orElse(null);
            if (status >= 301 && status <= 308 && status != 304 && location != null) {
                at = redirected(at, location);
                continue;
            }
            if (status == 304 && known != null) {
                return new Answer(null, known);
            }
            if (status != 200) {
                throw new IOException("answers " + status);
            }
            return new Answer(
                    content(response),
                    new Version(
                            response.headers().firstValue("ETag").orElse(null),
                            response.headers().firstValue("Last-Modified").orElse(null)));
        }
        throw new IOException("redirects more than " + MOST_REDIRECTS + " times");
    }

    private HttpResponse<byte[]> send(URI url, @Nullable Version known, long deadline) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).header("User-Agent", "ipgate").header("Accept-Encoding", "gzip");
        if (known != null && known.etag() != null) {
            request.header("If-None-Match", known.etag());
        } else if (known != null && known.modified() != null) {
            request.header("If-Modified-Since", known.modified());
        }
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request.build(), unused -> new Limited());
        try {
            return answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("is not there within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof HttpTimeoutException) {
                throw new IOException("cannot be connected to", e);
            }
            if (cause instanceof TooLargeException) {
                throw new IOException(cause.getMessage(), e);
            }
            throw new IOException("cannot be had: " + reason(cause), e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("was not waited for, as the gate stops", e);
        }
    }

    /** The innermost message: what goes around it says no more. */
    private static String reason(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
    }

    private static URI redirected(URI from, String location) throws IOException {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new IOException("redirects to what is no URL", e);
        }
        boolean sameHost = to.getHost() != null && to.getHost().equalsIgnoreCase(from.getHost());
        boolean sameScheme = from.getScheme().equalsIgnoreCase(to.getScheme());
        if (!sameHost || !(sameScheme || "https".equalsIgnoreCase(to.getScheme()))) {
            throw new IOException("redirects to " + to.getScheme() + "://" + to.getHost()
                    + "; if that is meant, write the new URL into the conf file");
        }
        return to;
    }

    private static byte[] content(HttpResponse<byte[]> response) throws IOException {
        byte[] body = response.body();
        String encoding = response.headers().firstValue("Content-Encoding").orElse("identity");
        if (encoding.equalsIgnoreCase("gzip") || encoding.equalsIgnoreCase("x-gzip")) {
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
                body = in.readNBytes(LARGEST + 1); // whatever it would become, no more of it is unpacked
            } catch (IOException e) {
                throw new IOException("is not packed as it says: " + e.getMessage(), e);
            }
            if (body.length > LARGEST) {
                throw new TooLargeException();
            }
        } else if (!encoding.equalsIgnoreCase("identity")) {
            throw new IOException("is encoded as \"" + encoding + "\", which was not asked for");
        }
        String type = response.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/html") || type.startsWith("application/xhtml")) {
            throw new IOException("is an HTML page, not a list");
        }
        return body;
    }

    private static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1;

        TooLargeException() {
            super("is larger than " + (LARGEST >> 20) + " MiB");
        }
    }

    /** Takes a body up to the limit, and no byte more. */
    private static final class Limited implements HttpResponse.BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private @Nullable Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole;
        }

        @Override
        public void onSubscribe(Subscription made) {
            subscription = made;
            made.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (taken.size() + buffer.remaining() > LARGEST) {
                    cancel();
                    return;
                }
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                taken.writeBytes(bytes);
            }
            if (subscription != null) {
                subscription.request(1);
            }
        }

        private void cancel() {
            if (subscription != null) {
                subscription.cancel();
            }
            whole.completeExceptionally(new TooLargeException());
        }

        @Override
        public void onError(Throwable failure) {
            whole.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            whole.complete(taken.toByteArray());
        }
    }

    /** Of those that the JDK trusts, and these. */
    private static SSLContext trusting(List<X509Certificate> authorities) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (TrustManager manager : managers(null)) {
                if (manager instanceof X509TrustManager known) {
                    for (X509Certificate authority : known.getAcceptedIssuers()) {
                        store.setCertificateEntry("known-" + number++, authority);
                    }
                }
            }
            for (X509Certificate authority : authorities) {
                store.setCertificateEntry("ours-" + number++, authority);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(store), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot be asked: its ca_file cannot be used: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}

package dev.ipgate.upstream;

import dev.ipgate.net.IpAddress;
import java.io.Closeable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the app listens. A name is looked up when it is loaded and then every half minute in the background, never on an
 * IO thread; while a look-up fails, the last addresses stay.
 */
final class AppAddresses implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(AppAddresses.class);
    private static final Duration REFRESH = Duration.ofSeconds(30);

    private final String host;
    private final int port;
    private final @Nullable Thread refresher;
    private volatile List<InetSocketAddress> current = List.of();

    AppAddresses(String host, int port) {
        this.host = host;
        this.port = port;
        lookUp();
        boolean literal = IpAddress.parse(host, 0, host.length()) != null;
        refresher = literal ? null : new Thread(this::keepFresh, "ipgate-resolve");
        if (refresher != null) {
            refresher.setDaemon(true);
            refresher.start();
        }
    }

    List<InetSocketAddress> current() {
        return current;
    }

    private void keepFresh() {
        try {
            while (true) {
                Thread.sleep(REFRESH.toMillis());
                lookUp();
            }
        } catch (InterruptedException e) {
            LOG.debug("\"{}\" is looked up no more", host);
        }
    }

    private void lookUp() {
        try {
            current = Arrays.stream(InetAddress.getAllByName(host))
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        } catch (UnknownHostException e) {
            LOG.warn(
                    "upstream \"{}\" cannot be resolved; {}",
                    host,
                    current.isEmpty() ? "it has no address yet" : "its last addresses stay");
        }
    }

    @Override
    public void close() {
        if (refresher != null) {
            refresher.interrupt();
        }
    }
}

package dev.ipgate.server;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the JDK get ready, while the conf file is read, what takes it long at its first use. */
public final class HeadStart {

    /*
     * Together 30 ms of a start of 200, and the other core has time for it. Only the JDK's own classes are for this
     * thread: it knows how to have them initialized by two threads at a time, others might wait for each other.
     */

    private static final Logger LOG = LoggerFactory.getLogger(HeadStart.class);

    private HeadStart() {}

    /** Begins, and comes back. Nothing depends on it. */
    public static void begin() {
        Thread thread = new Thread(HeadStart::run, "ipgate-head-start");
        thread.setDaemon(true);
        thread.start();
    }

    private static void run() {
        ZoneId unusedZone = ZoneId.systemDefault(); // for the access log: reads all time zones
        DateTimeFormatter unusedFormat = DateTimeFormatter.ofPattern("EEE, dd MMM uuuu", Locale.ROOT); // for Date
        try {
            // For the control socket: finds the security providers, as a random number is wanted.
            ServerSocketChannel.open(StandardProtocolFamily.UNIX).close();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("no Unix sockets; whoever needs one says so", e);
        }
    }
}

package dev.ipgate.eventloop;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xnio.Option;
import org.xnio.Options;
import org.xnio.StreamConnection;

/** A TCP connection, accepted or opened, that lives on one loop. */
final class SocketConnection extends StreamConnection {

    private static final Map<Option<?>, SocketOption<Integer>> NUMBERS = Map.of(
            Options.RECEIVE_BUFFER, StandardSocketOptions.SO_RCVBUF,
            Options.SEND_BUFFER, StandardSocketOptions.SO_SNDBUF,
            Options.IP_TRAFFIC_CLASS, StandardSocketOptions.IP_TOS);
    private static final int LINGER_OFF = -1;

    private final EventLoop loop;
    private final SocketChannel channel;
    private final SocketSource source;
    private final SocketSink sink;
    private final SocketEvents events;
    private @Nullable SocketAddress local;
    private @Nullable SocketAddress peer;
    private boolean accepted;
    private int readTimeout; // for Undertow's conduits, which see to it
    private int writeTimeout;

    private SocketConnection(EventLoop loop, SocketChannel channel, boolean nodelay) {
        super(loop);
        this.loop = loop;
        this.channel = channel;
        source = new SocketSource(this, channel);
        sink = new SocketSink(this, channel, nodelay);
        events = new SocketEvents(loop, this, channel, source, sink);
        setSourceConduit(source);
        setSinkConduit(sink);
    }

    /** A connection to us. Called on the loop's thread. */
    static SocketConnection accepted(EventLoop loop, SocketChannel channel, boolean nodelay) throws IOException {
        SocketConnection connection = new SocketConnection(loop, channel, nodelay);
        connection.rememberAddresses();
        connection.accepted = true;
        loop.enter(connection.events);
        loop.clientCame();
        return connection;
    }

    /** A connection that is about to be opened; {@link #connected} follows, or it is closed. */
    static SocketConnection opening(EventLoop loop, SocketChannel channel, boolean nodelay) {
        return new SocketConnection(loop, channel, nodelay);
    }

    /** It is open now. Called on the loop's thread. */
    void connected(@Nullable SelectionKey key) throws IOException {
        rememberAddresses();
        loop.enter(events);
        if (key != null) {
            events.adopt(key);
        }
    }

    private void rememberAddresses() throws IOException {
        local = channel.getLocalAddress();
        peer = channel.getRemoteAddress();
    }

    /** The loop has let it go. Called on the loop's thread. */
    void hasLeft() {
        if (accepted) {
            loop.clientWent();
        }
    }

    SocketChannel channel() {
        return channel;
    }

    SocketEvents events() {
        return events;
    }

    /** Null until it is open. */
    @Override
    public @Nullable SocketAddress getLocalAddress() {
        return local;
    }

    /** Null until it is open. */
    @Override
    public @Nullable SocketAddress getPeerAddress() {
        return peer;
    }

    @Override
    protected void closeAction() throws IOException {
        events.close();
    }

    @Override
    protected boolean readClosed() {
        return super.readClosed();
    }

    @Override
    protected boolean writeClosed() {
        return super.writeClosed();
    }

    @Override
    protected void notifyReadClosed() {
        source.tellTerminated();
        super.notifyReadClosed();
    }

    @Override
    protected void notifyWriteClosed() {
        sink.tellTerminated();
        super.notifyWriteClosed();
    }

    @Override
    public boolean supportsOption(Option<?> option) {
        return NUMBERS.containsKey(option)
                || option.equals(Options.KEEP_ALIVE)
                || option.equals(Options.TCP_NODELAY)
                || option.equals(Options.CLOSE_ABORT)
                || option.equals(Options.READ_TIMEOUT)
                || option.equals(Options.WRITE_TIMEOUT);
    }

    @Override
    public <T> @Nullable T getOption(Option<T> option) throws IOException {
        if (option.equals(Options.TCP_NODELAY)) {
            return option.cast(sink.getNodelay());
        } else if (option.equals(Options.CLOSE_ABORT)) {
            return option.cast(channel.getOption(StandardSocketOptions.SO_LINGER) == 0);
        } else if (option.equals(Options.READ_TIMEOUT)) {
            return option.cast(readTimeout);
        } else if (option.equals(Options.WRITE_TIMEOUT)) {
            return option.cast(writeTimeout);
        } else if (option.equals(Options.KEEP_ALIVE)) {
            return option.cast(channel.getOption(StandardSocketOptions.SO_KEEPALIVE));
        }
        SocketOption<Integer> number = NUMBERS.get(option);
        return number == null ? null : option.cast(channel.getOption(number));
    }

    /** Sets an option, and gives its value from before; null stands for what is the default. */
    @Override
    public <T> @Nullable T setOption(Option<T> option, @Nullable T value) throws IOException {
        T before = getOption(option);
        if (option.equals(Options.TCP_NODELAY)) {
            sink.setNodelay(Options.TCP_NODELAY.cast(value, false));
        } else if (option.equals(Options.CLOSE_ABORT)) {
            channel.setOption(StandardSocketOptions.SO_LINGER, Options.CLOSE_ABORT.cast(value, false) ? 0 : LINGER_OFF);
        } else if (option.equals(Options.READ_TIMEOUT)) {
            readTimeout = Options.READ_TIMEOUT.cast(value, 0);
        } else if (option.equals(Options.WRITE_TIMEOUT)) {
            writeTimeout = Options.WRITE_TIMEOUT.cast(value, 0);
        } else if (option.equals(Options.KEEP_ALIVE)) {
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, Options.KEEP_ALIVE.cast(value, false));
        } else {
            SocketOption<Integer> number = NUMBERS.get(option);
            if (number != null && value instanceof Integer wanted) {
                channel.setOption(number, wanted);
            }
        }
        return before;
    }
}

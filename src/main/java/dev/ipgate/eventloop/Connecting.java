package dev.ipgate.eventloop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.ClosedWorkerException;
import org.xnio.FailedIoFuture;
import org.xnio.FutureResult;
import org.xnio.IoFuture;
import org.xnio.IoUtils;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.channels.BoundChannel;

/** A connection that is being opened. Its future is told on the loop's thread, unless a cancellation tells it. */
final class Connecting implements Member {

    private static final List<Option<?>> OPTIONS = List.of(
            Options.KEEP_ALIVE,
            Options.RECEIVE_BUFFER,
            Options.SEND_BUFFER,
            Options.IP_TRAFFIC_CLASS,
            Options.CLOSE_ABORT,
            Options.READ_TIMEOUT,
            Options.WRITE_TIMEOUT);

    private final EventLoop loop;
    private final SocketChannel channel;
    private final SocketConnection connection;
    private final InetSocketAddress destination;
    private final @Nullable ChannelListener<? super StreamConnection> openListener;
    private final FutureResult<StreamConnection> result = new FutureResult<>();
    private @Nullable SelectionKey key;

    private Connecting(
            EventLoop loop,
            SocketChannel channel,
            SocketConnection connection,
            InetSocketAddress destination,
            @Nullable ChannelListener<? super StreamConnection> openListener) {
        this.loop = loop;
        this.channel = channel;
        this.connection = connection;
        this.destination = destination;
        this.openListener = openListener;
    }

    static IoFuture<StreamConnection> start(
            EventLoop loop,
            @Nullable InetSocketAddress bindAddress,
            InetSocketAddress destination,
            @Nullable ChannelListener<? super StreamConnection> openListener,
            @Nullable ChannelListener<? super BoundChannel> bindListener,
            OptionMap options) {
        if (loop.isStopping()) {
            return new FailedIoFuture<>(new ClosedWorkerException(loop.getName() + " has stopped"));
        }
        SocketChannel channel;
        SocketConnection connection;
        try {
            channel = SocketChannel.open();
        } catch (IOException e) {
            return new FailedIoFuture<>(e);
        }
        try {
            channel.configureBlocking(false);
            if (options.contains(Options.REUSE_ADDRESSES)) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, options.get(Options.REUSE_ADDRESSES, false));
            }
            connection = SocketConnection.opening(loop, channel, options.get(Options.TCP_NODELAY, false));
            for (Option<?> option : OPTIONS) {
                set(connection, option, options);
            }
            if (bindAddress != null || bindListener != null) {
                channel.bind(bindAddress);
                ChannelListeners.invokeChannelListener(connection, bindListener);
            }
        } catch (IOException e) {
            IoUtils.safeClose(channel);
            return new FailedIoFuture<>(e);
        }
        Connecting connecting = new Connecting(loop, channel, connection, destination, openListener);
        connecting.start();
        return connecting.result.getIoFuture();
    }

    private static <T> void set(SocketConnection connection, Option<T> option, OptionMap options) throws IOException {
        if (options.contains(option)) {
            connection.setOption(option, options.get(option));
        }
    }

    private void start() {
        result.addCancelHandler(() -> {
            cancel();
            return result.getIoFuture();
        });
        if (Thread.currentThread() == loop) {
            connect();
        } else if (!loop.hand(this::connect)) {
            fail(new ClosedWorkerException(loop.getName() + " has ended"));
        }
    }

    private void connect() {
        loop.enter(this);
        try {
            if (loop.isStopping()) {
                end();
            } else if (channel.connect(destination)) {
                open();
            } else {
                key = loop.register(channel, SelectionKey.OP_CONNECT, this);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    @Override
    public void ready(int operations) {
        try {
            if (channel.finishConnect()) {
                open();
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void open() throws IOException {
        connection.connected(key);
        loop.leave(this);
        if (result.setResult(connection)) {
            ChannelListeners.invokeChannelListener(connection, openListener);
        } else {
            IoUtils.safeClose(connection); // cancelled meanwhile
        }
    }

    private void fail(IOException cause) {
        close();
        result.setException(cause);
    }

    private void cancel() {
        if (result.setCancelled()) {
            if (Thread.currentThread() == loop || !loop.hand(this::close)) {
                close();
            }
        }
    }

    @Override
    public void end() {
        close();
        result.setCancelled();
    }

    private void close() {
        loop.leave(this);
        IoUtils.safeClose(connection);
    }
}

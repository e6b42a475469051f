package dev.ipgate.eventloop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;
import org.xnio.channels.AcceptingChannel;

/**
 * A listening socket, from which each loop accepts what it keeps. It is bound from the beginning, and accepts once it is
 * resumed.
 */
final class Acceptor implements AcceptingChannel<StreamConnection> {

    /** How many connections a loop accepts before it looks after the others, as nginx does without {@code multi_accept}. */
    static final int A_TURN = 1;

    private static final int BACKLOG = 128;
    private static final long PATIENCE_SECONDS = 2;

    private final EventLoops loops;
    private final ServerSocketChannel channel;
    private final SocketAddress address;
    private final boolean nodelay;
    private final List<AcceptShare> shares;
    private final Mishaps mishaps = new Mishaps();
    private final ChannelListener.SimpleSetter<AcceptingChannel<StreamConnection>> acceptSetter =
            new ChannelListener.SimpleSetter<>();
    private final ChannelListener.SimpleSetter<AcceptingChannel<StreamConnection>> closeSetter =
            new ChannelListener.SimpleSetter<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean resumed;

    private Acceptor(EventLoops loops, ServerSocketChannel channel, OptionMap options) throws IOException {
        this.loops = loops;
        this.channel = channel;
        address = channel.getLocalAddress();
        nodelay = options.get(Options.TCP_NODELAY, false);
        shares = loops.all().stream().map(loop -> new AcceptShare(this, loop)).toList();
    }

    /** Binds without SO_REUSEPORT: whoever takes a port that is taken must fail. */
    static Acceptor bind(EventLoops loops, InetSocketAddress address, OptionMap options) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, options.get(Options.REUSE_ADDRESSES, true));
            if (options.contains(Options.RECEIVE_BUFFER)) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, options.get(Options.RECEIVE_BUFFER));
            }
            channel.bind(address, options.get(Options.BACKLOG, BACKLOG));
            return new Acceptor(loops, channel, options);
        } catch (IOException | RuntimeException e) {
            IoUtils.safeClose(channel);
            throw e;
        }
    }

    ServerSocketChannel channel() {
        return channel;
    }

    boolean nodelay() {
        return nodelay;
    }

    int fewestClients() {
        int fewest = Integer.MAX_VALUE;
        for (EventLoop loop : loops.all()) {
            fewest = Math.min(fewest, loop.clients());
        }
        return fewest;
    }

    void tellListener() {
        ChannelListeners.invokeChannelListener(this, acceptSetter.get());
    }

    void trouble(IOException cause) {
        mishaps.warn("no connections are accepted on " + address + " for " + AcceptShare.TROUBLE_MILLIS + " ms: "
                + cause.getMessage());
    }

    /** Accepts a connection for the loop that calls; null on any other thread, or if there is none for it in this turn. */
    @Override
    public @Nullable StreamConnection accept() throws ClosedChannelException {
        return Thread.currentThread() instanceof EventLoop loop && loop.getWorker() == loops
                ? shares.get(loop.getNumber()).accept()
                : null;
    }

    @Override
    public void resumeAccepts() {
        resumed = true;
        tellShares();
    }

    @Override
    public void suspendAccepts() {
        resumed = false;
        tellShares();
    }

    private void tellShares() {
        for (EventLoop loop : loops.all()) {
            loop.hand(shares.get(loop.getNumber())::watchAsTold);
        }
    }

    @Override
    @Deprecated
    public void wakeupAccepts() {
        resumeAccepts();
        getIoThread().execute(this::tellListener);
    }

    @Override
    public boolean isAcceptResumed() {
        return resumed;
    }

    /**
     * Closes the socket. When this comes back the port is free, unless a loop calls, which cannot wait for the others: then
     * it is free a moment later.
     */
    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        channel.close();
        CountDownLatch released = new CountDownLatch(shares.size());
        for (EventLoop loop : loops.all()) {
            Runnable release = () -> {
                shares.get(loop.getNumber()).close();
                if (!loop.hand(released::countDown)) { // after the select in which the selector lets go
                    released.countDown();
                }
            };
            if (!loop.hand(release)) {
                released.countDown();
            }
        }
        if (!(Thread.currentThread() instanceof EventLoop)) {
            await(released);
        }
        ChannelListeners.invokeChannelListener(this, closeSetter.get());
    }

    private static void await(CountDownLatch released) {
        try {
            released.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isOpen() {
        return !closed.get();
    }

    @Override
    public SocketAddress getLocalAddress() {
        return address;
    }

    @Override
    public <A extends SocketAddress> @Nullable A getLocalAddress(Class<A> type) {
        return type.isInstance(address) ? type.cast(address) : null;
    }

    @Override
    public ChannelListener.Setter<? extends AcceptingChannel<StreamConnection>> getAcceptSetter() {
        return acceptSetter;
    }

    @Override
    public ChannelListener.Setter<? extends AcceptingChannel<StreamConnection>> getCloseSetter() {
        return closeSetter;
    }

    void setAcceptListener(@Nullable ChannelListener<? super AcceptingChannel<StreamConnection>> listener) {
        acceptSetter.set(listener);
    }

    @Override
    public void awaitAcceptable() {
        throw new UnsupportedOperationException("connections are accepted by loops, which do not wait");
    }

    @Override
    public void awaitAcceptable(long time, TimeUnit unit) {
        awaitAcceptable();
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // XNIO has deprecated it, and callers see XNIO's
    public XnioExecutor getAcceptThread() {
        return getIoThread();
    }

    @Override
    public XnioIoThread getIoThread() {
        return loops.getIoThread();
    }

    @Override
    public EventLoops getWorker() {
        return loops;
    }

    @Override
    public boolean supportsOption(Option<?> option) {
        return false;
    }

    @Override
    public <T> @Nullable T getOption(Option<T> option) {
        return null;
    }

    @Override
    public <T> @Nullable T setOption(Option<T> option, @Nullable T value) {
        return null;
    }
}

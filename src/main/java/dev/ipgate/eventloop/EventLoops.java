package dev.ipgate.eventloop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ClosedWorkerException;
import org.xnio.ManagementRegistration;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import org.xnio.management.XnioServerMXBean;
import org.xnio.management.XnioWorkerMXBean;

/**
 * The threads that serve sockets, and a few more for what blocks or takes long: what {@link #execute} is given. Stands
 * where XNIO's own worker would; of what that can do, TCP is here, and pipes, datagrams, local sockets and JMX are not.
 */
public final class EventLoops extends XnioWorker {

    private static final long IDLE_SECONDS = 60; // after which a thread for tasks ends

    private final List<EventLoop> loops;
    private final ThreadPoolExecutor tasks;

    private EventLoops(String name, int count, ThreadPoolExecutor tasks) throws IOException {
        super(Provider.INSTANCE.createWorkerBuilder().setWorkerName(name).setExternalExecutorService(tasks));
        this.tasks = tasks;
        EventLoop[] made = new EventLoop[count];
        for (int i = 0; i < count; i++) {
            made[i] = new EventLoop(this, i);
        }
        loops = List.of(made);
    }

    /**
     * Starts the loops; the threads for tasks come and go with what there is to do.
     *
     * @param name of which the threads' names begin
     * @param loops threads for sockets, at least 1
     * @param taskThreads threads for tasks at most, at least 1
     * @throws IOException if the system gives no selector
     */
    public static EventLoops start(String name, int loops, int taskThreads) throws IOException {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor tasks = new ThreadPoolExecutor(
                taskThreads,
                taskThreads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new Thread(task, name + " task-" + number.incrementAndGet()));
        tasks.allowCoreThreadTimeOut(true);
        EventLoops started = new EventLoops(name, loops, tasks);
        started.loops.forEach(EventLoop::start);
        return started;
    }

    /** What XNIO asks of a provider; there is nothing to be had from it but this worker. */
    private static final class Provider extends Xnio {
        static final Provider INSTANCE = new Provider();

        private Provider() {
            super("ipgate");
        }

        @Override
        protected XnioWorker build(Builder builder) {
            throw new UnsupportedOperationException("use EventLoops.start");
        }
    }

    List<EventLoop> all() {
        return loops;
    }

    @Override
    protected AcceptingChannel<StreamConnection> createTcpConnectionServer(
            InetSocketAddress address,
            @Nullable ChannelListener<? super AcceptingChannel<StreamConnection>> acceptListener,
            OptionMap options)
            throws IOException {
        if (isShutdown()) {
            throw new ClosedWorkerException(getName() + " has stopped");
        }
        Acceptor acceptor = Acceptor.bind(this, address, options);
        acceptor.setAcceptListener(acceptListener);
        return acceptor;
    }

    @Override
    public EventLoop getIoThread(int hash) {
        return loops.get(Math.floorMod(hash, loops.size()));
    }

    /** The loop with the fewest connections. */
    @Override
    protected EventLoop chooseThread() {
        EventLoop chosen = loops.get(0);
        for (EventLoop loop : loops) {
            if (loop.clients() < chosen.clients()) {
                chosen = loop;
            }
        }
        return chosen;
    }

    /**
     * The loops that do not come round within a time: none, unless something keeps one of them. One that has ended is not
     * stuck.
     */
    public List<Thread> stuckFor(Duration patience) throws InterruptedException {
        Map<EventLoop, CountDownLatch> rounds = new HashMap<>();
        for (EventLoop loop : loops) {
            CountDownLatch round = new CountDownLatch(1);
            if (loop.hand(round::countDown)) {
                rounds.put(loop, round);
            }
        }
        long deadline = System.nanoTime() + patience.toNanos();
        List<Thread> stuck = new ArrayList<>();
        for (EventLoop loop : loops) {
            CountDownLatch round = rounds.get(loop);
            if (round != null && !round.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                stuck.add(loop);
            }
        }
        return stuck;
    }

    @Override
    public int getIoThreadCount() {
        return loops.size();
    }

    /** Takes no more tasks, runs those it has, and closes all sockets. */
    @Override
    public void shutdown() {
        loops.forEach(EventLoop::shutDown);
        tasks.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown();
        return tasks.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return tasks.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return isShutdown() && tasks.isTerminated() && loops.stream().noneMatch(Thread::isAlive);
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(timeout);
        for (EventLoop loop : loops) {
            TimeUnit.NANOSECONDS.timedJoin(loop, deadline - System.nanoTime());
        }
        tasks.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        return isTerminated();
    }

    @Override
    public void awaitTermination() throws InterruptedException {
        awaitTermination(Long.MAX_VALUE / 2, TimeUnit.NANOSECONDS);
    }

    @Override
    public XnioWorkerMXBean getMXBean() {
        throw new UnsupportedOperationException("there is no JMX");
    }

    @Override
    protected ManagementRegistration registerServerMXBean(XnioServerMXBean server) {
        throw new UnsupportedOperationException("there is no JMX");
    }
}

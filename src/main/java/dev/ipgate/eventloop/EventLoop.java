package dev.ipgate.eventloop;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoFuture;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.channels.BoundChannel;

/** One thread that serves many sockets: it waits until some are ready, calls their listeners, and runs tasks in between. */
final class EventLoop extends XnioIoThread {

    /*
     * A turn is: the tasks that were there when it began, the timers that are due, one select with all its listeners.
     *
     * A connection that ends costs two system calls, one to leave epoll and one to close. The JDK leaves epoll within the
     * next select only, and would meanwhile shut the socket down so that the peer learns of it; so we cancel the key at
     * once, close the channel when that select is through with it, and see to it that this select does not wait.
     */

    private static final int MAX_HANDED_A_TURN = 1024;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long LONGEST_DELAY = Long.MAX_VALUE / 4; // for differences of the clock never to overflow

    private final Selector selector;
    private final Consumer<SelectionKey> ready = this::ready;
    private final ArrayDeque<Runnable> own = new ArrayDeque<>(); // from this thread
    private final Queue<Runnable> handed = new ConcurrentLinkedQueue<>(); // from all others
    private final AtomicBoolean asleep = new AtomicBoolean(); // and nobody has woken it yet
    private final Timers timers = new Timers();
    private final Set<Member> members = new HashSet<>();
    private final AtomicInteger clients = new AtomicInteger(); // counted by this thread, looked at by the others
    private final List<AcceptShare> waitingForBalance = new ArrayList<>();
    private final AtomicLong turns = new AtomicLong();
    private final Mishaps mishaps = new Mishaps();
    private final List<SocketEvents> ending = new ArrayList<>(); // their last byte is written
    private final List<SocketChannel> cancelled = new ArrayList<>(); // in epoll until the next select
    private final List<SocketChannel> parted = new ArrayList<>(); // the running select has taken them out
    private long now = System.nanoTime(); // when the present tasks or events began
    private boolean nowIsPast; // it has waited since
    private long millis; // the time of day; 0 if nobody has asked in this turn
    private volatile boolean stopping;
    private volatile boolean ended;

    EventLoop(EventLoops loops, int number) throws IOException {
        super(loops, number, null, loops.getName() + " I/O-" + (number + 1));
        selector = Selector.open();
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                turn();
            }
            endMembers();
        } finally {
            ended = true;
            runAllTasks(); // those that came too late to be refused
            IoUtils.safeClose(selector);
            cancelled.forEach(IoUtils::safeClose);
        }
    }

    private void turn() {
        turns.lazySet(turns.get() + 1);
        lookAtClock();
        runTasks();
        runTimers();
        for (int i = 0; i < ending.size(); i++) {
            ending.get(i).shutDownOutput();
        }
        ending.clear();
        select();
    }

    private void lookAtClock() {
        nowIsPast = false;
        now = System.nanoTime();
        millis = 0;
    }

    private void runTasks() {
        for (int left = own.size(); left > 0; left--) {
            run(own.remove());
        }
        Runnable task;
        for (int left = MAX_HANDED_A_TURN; left > 0 && (task = handed.poll()) != null; left--) {
            run(task);
        }
    }

    private void runTimers() {
        if (timers.size() == 0) {
            return;
        }
        now = System.nanoTime();
        Timer timer;
        while ((timer = timers.pollDue(now)) != null) {
            Runnable task = timer.due();
            if (task != null) {
                run(task);
            }
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (OutOfMemoryError e) {
            throw e; // which thread it hits is chance: this is no fault of one connection
        } catch (Throwable e) { // whatever one connection does wrong, the others go on
            mishaps.report("a task failed", e);
        }
    }

    private void select() {
        Thread.interrupted(); // a selector does not wait while that is set
        parted.addAll(cancelled);
        cancelled.clear();
        nowIsPast = true;
        try {
            long nanos = own.isEmpty() && parted.isEmpty() ? timers.nanosToNext(System.nanoTime()) : 0;
            if (nanos == 0) {
                selector.selectNow(ready);
            } else {
                rest(nanos == Long.MAX_VALUE ? 0 : (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
            }
        } catch (IOException | RuntimeException e) {
            mishaps.report("a select failed", e);
        }
        closeParted();
    }

    /** Waits for an event, for as many milliseconds at most; 0 is for ever. */
    private void rest(long millis) throws IOException {
        asleep.set(true);
        try {
            if (handed.isEmpty() && !stopping) {
                selector.select(ready, millis);
            } else {
                selector.selectNow(ready);
            }
        } finally {
            asleep.set(false);
        }
    }

    private void ready(SelectionKey key) {
        if (nowIsPast) {
            lookAtClock();
        }
        if (!parted.isEmpty()) {
            closeParted();
        }
        int operations;
        try {
            operations = key.readyOps();
        } catch (CancelledKeyException e) {
            return; // by a listener before it, or by another thread
        }
        try {
            ((Member) key.attachment()).ready(operations);
        } catch (OutOfMemoryError e) {
            throw e; // as above
        } catch (Throwable e) { // as above
            mishaps.report("a listener failed", e);
        }
    }

    private void closeParted() {
        for (int i = 0; i < parted.size(); i++) {
            IoUtils.safeClose(parted.get(i));
        }
        parted.clear();
    }

    private void endMembers() {
        runAllTasks();
        for (Member member : List.copyOf(members)) {
            run(member::end);
        }
        runAllTasks();
        select();
        select(); // for those that closed during the first
    }

    private void runAllTasks() {
        for (int round = 0; round < 100 && !(own.isEmpty() && handed.isEmpty()); round++) {
            runTasks();
        }
    }

    /** Ends the thread once what was handed to it before has run; closes all it looks after. */
    void shutDown() {
        stopping = true;
        wake();
    }

    boolean isStopping() {
        return stopping;
    }

    private void wake() {
        if (asleep.get() && asleep.compareAndSet(true, false)) {
            selector.wakeup();
        }
    }

    @Override
    public void execute(Runnable task) {
        if (stopping) {
            throw new RejectedExecutionException(getName() + " has stopped");
        }
        if (!hand(task)) {
            throw new RejectedExecutionException(getName() + " has ended");
        }
    }

    /** Executes also while the loop is stopping; false if it has ended. */
    boolean hand(Runnable task) {
        if (Thread.currentThread() == this) {
            own.add(task);
            return true;
        }
        handed.add(task);
        wake();
        return !ended || !handed.remove(task);
    }

    @Override
    public Key executeAfter(Runnable task, long time, TimeUnit unit) {
        if (time <= 0) {
            execute(task);
            return Key.IMMEDIATE;
        }
        return start(task, unit.toNanos(time), 0);
    }

    /** Runs the task again and again, each time so long after it has ended before. */
    @Override
    public Key executeAtInterval(Runnable task, long time, TimeUnit unit) {
        long pause = Math.max(NANOS_PER_MILLI, unit.toNanos(time));
        return start(task, pause, pause);
    }

    private Timer start(Runnable task, long nanos, long pauseNanos) {
        Timer timer = new Timer(this, task, System.nanoTime() + Math.min(nanos, LONGEST_DELAY), pauseNanos);
        if (Thread.currentThread() != this) {
            execute(() -> {
                if (timer.isPending()) {
                    timers.add(timer);
                }
            });
        } else if (stopping) {
            throw new RejectedExecutionException(getName() + " has stopped");
        } else {
            timers.add(timer);
        }
        return timer;
    }

    /** On the nanosecond clock; for this thread alone. */
    long now() {
        return now;
    }

    /** The time of day in milliseconds since 1970; for this thread alone. */
    long millis() {
        if (millis == 0) {
            millis = System.currentTimeMillis();
        }
        return millis;
    }

    /** How often it has gone round: a loop that has nothing to do stands still. */
    long turns() {
        return turns.get();
    }

    Timers timers() {
        return timers;
    }

    /** Looks after a member until {@link #leave}. */
    void enter(Member member) {
        members.add(member);
    }

    void leave(Member member) {
        members.remove(member);
    }

    /** Has the selector watch a channel. */
    SelectionKey register(SelectableChannel channel, int operations, Member member) throws ClosedChannelException {
        return channel.register(selector, operations, member);
    }

    /** Tells the peer at the end of this turn that no more comes, unless the connection is closed by then. */
    void shutDownOutputLater(SocketEvents conduit) {
        ending.add(conduit);
    }

    /** Closes a channel whose key was just cancelled, as soon as the selector lets go of it. */
    void closeLater(SocketChannel channel) {
        cancelled.add(channel);
    }

    /** Connections that were accepted and are open. */
    int clients() {
        return clients.get();
    }

    void clientCame() {
        clients.lazySet(clients.get() + 1);
    }

    void clientWent() {
        clients.lazySet(clients.get() - 1);
        for (int i = waitingForBalance.size() - 1; i >= 0; i--) {
            waitingForBalance.get(i).lookAtBalance();
        }
    }

    /** The shares that leave new connections to the other loops for now. */
    List<AcceptShare> waitingForBalance() {
        return waitingForBalance;
    }

    @Override
    protected IoFuture<StreamConnection> openTcpStreamConnection(
            @Nullable InetSocketAddress bindAddress,
            InetSocketAddress destination,
            @Nullable ChannelListener<? super StreamConnection> openListener,
            @Nullable ChannelListener<? super BoundChannel> bindListener,
            OptionMap options) {
        return Connecting.start(this, bindAddress, destination, openListener, bindListener, options);
    }
}

package dev.ipgate.server;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What to do when the process gets a signal. */
public final class Signals {

    /*
     * The JDK has no other door to signals than sun.misc.Signal, which javac warns about and -Werror then refuses. It
     * is in the module jdk.unsupported and open to all, so that reflection reaches it on every version so far.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Runs an action at every delivery of a signal, in a thread of its own, {@code ipgate-sighup}. One run follows the
     * other; what is delivered meanwhile, be it once or often, leads to one more run. What an action throws is logged.
     *
     * @param name the signal's name without SIG, such as HUP
     * @throws IllegalArgumentException if this system has no such signal, or the JVM wants it for itself
     */
    public static void on(String name, Runnable action) {
        String threadName = "ipgate-sig" + name.toLowerCase(Locale.ROOT);
        // One task running and one waiting: a third would find nothing new to do.
        ThreadPoolExecutor runner = new ThreadPoolExecutor(
                0,
                1,
                1,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(1),
                task -> {
                    Thread thread = new Thread(task, threadName);
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        install(
                name,
                () -> runner.execute(() -> {
                    try {
                        action.run();
                    } catch (RuntimeException | Error e) {
                        LOG.error("what SIG{} asked for failed", name, e);
                    }
                }));
    }

    private static void install(String name, Runnable delivered) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance(name),
                            handler(signal, handler, delivered));
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("no signal \"" + name + "\" to be had: " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no sun.misc.Signal", e);
        }
    }

    /** {@code (SignalHandler) unused -> delivered.run()}, made as javac has lambdas made: a proxy takes three times as long. */
    private static Object handler(Class<?> signal, Class<?> handler, Runnable delivered)
            throws ReflectiveOperationException {
        MethodHandles.Lookup here = MethodHandles.lookup();
        try {
            return LambdaMetafactory.metafactory(
                            here,
                            "handle",
                            MethodType.methodType(handler, Runnable.class),
                            MethodType.methodType(void.class, signal),
                            here.findStatic(
                                    Signals.class,
                                    "run",
                                    MethodType.methodType(void.class, Runnable.class, Object.class)),
                            MethodType.methodType(void.class, signal))
                    .getTarget()
                    .invoke(delivered);
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new ReflectiveOperationException(e);
        }
    }

    @SuppressWarnings("UnusedMethod") // it is found by its name
    private static void run(Runnable delivered, @SuppressWarnings("unused") Object signal) {
        delivered.run();
    }
}

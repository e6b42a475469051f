package dev.ipgate.server;

import dev.ipgate.http.IdleQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/** Connections that share a limit: all, or those of one client. Their number, and which of them are idle. */
final class Crowd {

    private final AtomicInteger count = new AtomicInteger();
    private final AtomicReferenceArray<@Nullable IdleQueue> idle; // each made, and seen into, by its own IO thread

    Crowd(int ioThreads) {
        idle = new AtomicReferenceArray<>(ioThreads);
    }

    int count() {
        return count.get();
    }

    /** How many are idle. */
    int idle() {
        int sum = 0;
        for (int i = 0; i < idle.length(); i++) {
            IdleQueue queue = idle.get(i);
            sum += queue == null ? 0 : queue.size();
        }
        return sum;
    }

    /** Counts one more. */
    int enter() {
        return count.incrementAndGet();
    }

    /** Counts one less. */
    int leave() {
        return count.decrementAndGet();
    }

    /** Where the connections of an IO thread wait. Called on that thread. */
    IdleQueue of(XnioIoThread thread) {
        IdleQueue queue = idle.get(thread.getNumber());
        if (queue == null) {
            queue = new IdleQueue(thread);
            idle.set(thread.getNumber(), queue);
        }
        return queue;
    }

    /** Where somebody has been idle longer than anybody else; null if nobody is idle. Called on any thread. */
    @Nullable
    IdleQueue longestIdle() {
        IdleQueue longest = null;
        for (int i = 0; i < idle.length(); i++) {
            longest = IdleQueue.longer(longest, idle.get(i));
        }
        return longest;
    }
}

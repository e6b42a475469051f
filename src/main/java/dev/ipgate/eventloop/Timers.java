package dev.ipgate.eventloop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The timers of one loop, in a binary heap that knows where each is, so that removing one that never fires is cheap too. */
final class Timers {

    static final int OUTSIDE = -1;

    private Timer[] heap = new Timer[64]; // none is later than those at 2 i + 1 and 2 i + 2
    private int size;

    int size() {
        return size;
    }

    void add(Timer timer) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        rise(timer, size++);
    }

    /** Takes one out; does nothing if it is not in. */
    void remove(Timer timer) {
        int index = timer.index;
        if (index == OUTSIDE) {
            return;
        }
        timer.index = OUTSIDE;
        Timer last = heap[--size];
        heap[size] = null;
        if (last != timer) {
            sink(last, index);
            rise(last, last.index);
        }
    }

    /** Takes out the earliest, if its time has come. */
    @Nullable
    Timer pollDue(long now) {
        if (size == 0 || heap[0].deadline - now > 0) {
            return null;
        }
        Timer first = heap[0];
        remove(first);
        return first;
    }

    /** Nanoseconds until the first is due: 0 if it is, {@link Long#MAX_VALUE} if there is none. */
    long nanosToNext(long now) {
        return size == 0 ? Long.MAX_VALUE : Math.max(0, heap[0].deadline - now);
    }

    private void rise(Timer timer, int from) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) / 2;
            if (heap[parent].deadline - timer.deadline <= 0) {
                break;
            }
            put(heap[parent], index);
            index = parent;
        }
        put(timer, index);
    }

    private void sink(Timer timer, int from) {
        int index = from;
        int child;
        while ((child = 2 * index + 1) < size) {
            if (child + 1 < size && heap[child + 1].deadline - heap[child].deadline < 0) {
                child++;
            }
            if (timer.deadline - heap[child].deadline <= 0) {
                break;
            }
            put(heap[child], index);
            index = child;
        }
        put(timer, index);
    }

    private void put(Timer timer, int index) {
        heap[index] = timer;
        timer.index = index;
    }
}

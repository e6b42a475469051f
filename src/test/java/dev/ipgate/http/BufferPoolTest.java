package dev.ipgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class BufferPoolTest {

    private static final int AT_HAND = 16;

    private final BufferPool pool = new BufferPool(64, 4);

    private List<PooledByteBuffer> take(int count) {
        List<PooledByteBuffer> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(pool.allocate());
        }
        return taken;
    }

    private static Set<ByteBuffer> buffers(List<PooledByteBuffer> taken) {
        Set<ByteBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
        taken.forEach(lease -> buffers.add(lease.getBuffer()));
        assertThat(buffers).as("nobody shares a buffer").hasSameSizeAs(taken);
        return buffers;
    }

    private static void free(List<PooledByteBuffer> taken) {
        taken.forEach(PooledByteBuffer::close);
    }

    @Test
    void aFreedBufferIsTheNextOneAndEmpty() {
        PooledByteBuffer first = pool.allocate();
        ByteBuffer buffer = first.getBuffer();
        buffer.put((byte) 1).limit(10);
        first.close();
        ByteBuffer again = pool.allocate().getBuffer();

        assertThat(again).isSameAs(buffer).isEqualTo(ByteBuffer.allocate(64).put(0, (byte) 1));
        assertThat(again.isDirect()).isTrue();
    }

    @Test
    void onlySoManyAreKept() {
        List<PooledByteBuffer> taken = take(100);
        Set<ByteBuffer> first = buffers(taken);
        free(taken);
        Set<ByteBuffer> second = buffers(take(100));
        second.retainAll(first);

        assertThat(second).hasSize(AT_HAND + 4);
    }

    @Test
    void whatAnotherThreadFreesBeyondItsOwnNeedComesBack() throws InterruptedException {
        List<PooledByteBuffer> taken = take(100);
        Set<ByteBuffer> first = buffers(taken);
        Thread other = new Thread(() -> free(taken));
        other.start();
        other.join();
        Set<ByteBuffer> second = buffers(take(100));
        second.retainAll(first);

        assertThat(second).hasSize(4);
    }

    @Test
    void aBufferThatIsFreedCannotBeUsedNorFreedAgain() {
        PooledByteBuffer lease = pool.allocate();
        assertThat(lease.isOpen()).isTrue();
        lease.close();

        assertThat(lease.isOpen()).isFalse();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(lease::getBuffer);
        assertThatExceptionOfType(AssertionError.class).isThrownBy(lease::close);
        PooledByteBuffer next = pool.allocate();
        assertThatExceptionOfType(AssertionError.class).isThrownBy(lease::close);
        assertThat(next.isOpen()).as("the next owner keeps it").isTrue();
    }

    @Test
    void aClosedPoolKeepsNone() {
        PooledByteBuffer lease = pool.allocate();
        ByteBuffer buffer = lease.getBuffer();
        pool.close();
        lease.close();

        assertThat(pool.allocate().getBuffer()).isNotSameAs(buffer);
    }

    @Test
    void threadsThatPassBuffersOnNeverShareOne() throws InterruptedException {
        BlockingQueue<PooledByteBuffer> passed = new LinkedBlockingQueue<>(50);
        BlockingQueue<String> faults = new LinkedBlockingQueue<>();
        int rounds = 20_000;
        List<Thread> threads = new ArrayList<>();
        for (int taker = 0; taker < 2; taker++) {
            int mark = taker + 1;
            threads.add(new Thread(() -> {
                for (int i = 0; i < rounds; i++) {
                    PooledByteBuffer lease = pool.allocate();
                    lease.getBuffer().put(0, (byte) mark).put(1, (byte) mark);
                    put(passed, lease);
                }
            }));
            threads.add(new Thread(() -> {
                for (int i = 0; i < rounds; i++) {
                    PooledByteBuffer lease = take(passed);
                    if (lease.getBuffer().get(0) != lease.getBuffer().get(1)) {
                        faults.add("two wrote to one buffer");
                    }
                    lease.close();
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(faults).isEmpty();
    }

    private static void put(BlockingQueue<PooledByteBuffer> queue, PooledByteBuffer lease) {
        try {
            queue.put(lease);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static PooledByteBuffer take(BlockingQueue<PooledByteBuffer> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

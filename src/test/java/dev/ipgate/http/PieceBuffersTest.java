package dev.ipgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PieceBuffersTest {

    private static final int USUAL = 64;
    private static final int LARGE = PieceBuffers.LARGE_BYTES;

    private final PieceBuffers buffers = new PieceBuffers(new BufferPool(USUAL, 4));

    private List<PooledByteBuffer> take(int count, int room) {
        List<PooledByteBuffer> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(buffers.allocate(room));
        }
        return taken;
    }

    @Test
    void aPieceHasTheRoomThatIsWanted() {
        assertThat(take(1, USUAL).get(0).getBuffer().remaining()).isEqualTo(USUAL);
        for (int room : new int[] {USUAL + 1, 1000, LARGE - 1, LARGE}) {
            ByteBuffer piece = take(1, room).get(0).getBuffer();
            assertThat(piece.remaining()).isEqualTo(room);
            assertThat(piece.capacity()).isEqualTo(LARGE);
            assertThat(piece.isDirect()).isTrue();
        }
    }

    @Test
    void whoeverFindsNoLargeOneLeftGetsAUsualOne() {
        List<PooledByteBuffer> taken = take(PieceBuffers.LARGE_A_THREAD, LARGE);
        assertThat(taken).allMatch(lease -> lease.getBuffer().remaining() == LARGE);
        assertThat(take(3, LARGE)).allMatch(lease -> lease.getBuffer().remaining() == USUAL);

        ByteBuffer freed = taken.get(5).getBuffer();
        taken.get(5).close();

        assertThat(take(1, USUAL + 1).get(0).getBuffer()).isSameAs(freed);
        assertThat(take(1, LARGE).get(0).getBuffer().remaining()).isEqualTo(USUAL);
    }

    @Test
    void eachThreadHasItsOwn() throws InterruptedException {
        take(PieceBuffers.LARGE_A_THREAD, LARGE);
        List<PooledByteBuffer> taken = new ArrayList<>();
        Thread other = new Thread(() -> taken.addAll(take(PieceBuffers.LARGE_A_THREAD + 1, LARGE)));
        other.start();
        other.join();

        assertThat(taken)
                .filteredOn(lease -> lease.getBuffer().remaining() == LARGE)
                .hasSize(PieceBuffers.LARGE_A_THREAD);
    }

    @Test
    void aBufferThatIsFreedCannotBeUsedNorFreedAgain() {
        PooledByteBuffer lease = buffers.allocate(LARGE);
        assertThat(lease.isOpen()).isTrue();
        lease.close();

        assertThat(lease.isOpen()).isFalse();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(lease::getBuffer);
        assertThatExceptionOfType(AssertionError.class).isThrownBy(lease::close);
        PooledByteBuffer next = buffers.allocate(LARGE);
        assertThatExceptionOfType(AssertionError.class).isThrownBy(lease::close);
        assertThat(next.isOpen()).as("the next owner keeps it").isTrue();
        assertThat(buffers.allocate(LARGE).getBuffer()).isNotSameAs(next.getBuffer());
    }

    @Test
    void whatAnotherThreadFreesNobodyGetsAgain() throws InterruptedException {
        PooledByteBuffer lease = buffers.allocate(LARGE);
        ByteBuffer buffer = lease.getBuffer();
        Thread other = new Thread(lease::close);
        other.start();
        other.join();

        assertThat(take(PieceBuffers.LARGE_A_THREAD, LARGE))
                .allSatisfy(next -> assertThat(next.getBuffer()).isNotSameAs(buffer))
                .filteredOn(next -> next.getBuffer().remaining() == LARGE)
                .hasSize(PieceBuffers.LARGE_A_THREAD - 1);
    }
}

package dev.ipgate.tls;

import io.undertow.connector.ByteBufferPool;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.XnioIoThread;

/**
 * What all TLS connections of clients share, and strangers must not use up: buffers, memory, and each IO thread's time. Safe
 * for use by several threads.
 */
public final class TlsResources {

    /** What those of one IO thread share. */
    record Shared(Room room, Arithmetic arithmetic) {}

    private final ByteBufferPool records;
    private final long most;
    private final Map<XnioIoThread, Shared> shared = new ConcurrentHashMap<>();

    /**
     * Makes resources that nobody uses yet.
     *
     * @param records gives buffers of {@link TlsLink#RECORD_BYTES}
     * @param most bytes that handshakes and records which are not complete may hold on one IO thread; in the heap or in direct
     *     buffers
     */
    public TlsResources(ByteBufferPool records, long most) {
        this.records = records;
        this.most = most;
    }

    ByteBufferPool records() {
        return records;
    }

    Shared of(XnioIoThread thread) {
        return shared.computeIfAbsent(thread, own -> new Shared(new Room(own, most), new Arithmetic(own)));
    }
}

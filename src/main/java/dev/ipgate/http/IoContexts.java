package dev.ipgate.http;

import io.undertow.connector.ByteBufferPool;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.XnioIoThread;

/** What the clients' connections of each IO thread share. */
public final class IoContexts {

    /** Part of the heap that all IO threads may hold of what cannot be used or sent yet: strangers fill it too. */
    private static final int PART_OF_HEAP = 8;

    private final ByteBufferPool buffers;
    private final long most; // bytes
    private final Map<XnioIoThread, IoContext> contexts = new ConcurrentHashMap<>();

    public IoContexts(ByteBufferPool buffers) {
        this(
                buffers,
                Runtime.getRuntime().maxMemory()
                        / PART_OF_HEAP
                        / Runtime.getRuntime().availableProcessors());
    }

    /** @param most bytes that the clients of one thread may have sent or asked for, and that cannot be used or sent yet */
    IoContexts(ByteBufferPool buffers, long most) {
        this.buffers = buffers;
        this.most = most;
    }

    public IoContext of(XnioIoThread thread) {
        return contexts.computeIfAbsent(thread, first -> new IoContext(first, buffers, most));
    }
}

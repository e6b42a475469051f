package dev.ipgate.http;

import io.undertow.connector.ByteBufferPool;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.XnioIoThread;

/** What the clients' connections of each IO thread share. */
public final class IoContexts {

    private final ByteBufferPool buffers;
    private final Map<XnioIoThread, IoContext> contexts = new ConcurrentHashMap<>();

    public IoContexts(ByteBufferPool buffers) {
        this.buffers = buffers;
    }

    public IoContext of(XnioIoThread thread) {
        return contexts.computeIfAbsent(thread, first -> new IoContext(first, buffers));
    }
}

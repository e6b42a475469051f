package dev.ipgate.tls;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSinkConduit;

/** Records on their way to the peer, one at a time. Holds a buffer only while there is something in it. */
final class OutgoingRecords {

    private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

    private final SSLEngine engine;
    private final ByteBufferPool records;
    private final StreamSinkConduit sink;
    private @Nullable PooledByteBuffer held; // ready to be read from

    OutgoingRecords(SSLEngine engine, ByteBufferPool records, StreamSinkConduit sink) {
        this.engine = engine;
        this.records = records;
        this.sink = sink;
    }

    boolean isEmpty() {
        return held == null;
    }

    /** Makes a record of what TLS itself has to say, if it has. All that was made before must be sent. */
    SSLEngineResult wrap() throws IOException {
        return wrap(NOTHING, 0, 1);
    }

    /** Makes a record of bytes. All that was made before must be sent. */
    SSLEngineResult wrap(ByteBuffer[] from, int offset, int length) throws IOException {
        PooledByteBuffer record = records.allocate();
        SSLEngineResult result;
        try {
            result = engine.wrap(from, offset, length, record.getBuffer());
        } catch (IOException e) {
            record.close();
            throw e;
        } catch (Exception e) { // see TlsLink: of any kind
            record.close();
            throw new SSLException("the engine failed: " + e.getMessage(), e);
        }
        if (record.getBuffer().flip().hasRemaining()) {
            held = record;
        } else {
            record.close();
        }
        return result;
    }

    /** Sends what is made; false if there is no room for all. */
    boolean flush() throws IOException {
        if (held == null) {
            return true;
        }
        ByteBuffer record = held.getBuffer();
        while (record.hasRemaining()) {
            if (sink.write(record) == 0) {
                return false;
            }
        }
        clear();
        return true;
    }

    /** Bytes of memory that are held. */
    int size() {
        return held == null ? 0 : held.getBuffer().capacity();
    }

    void clear() {
        if (held != null) {
            held.close();
            held = null;
        }
    }
}

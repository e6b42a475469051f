package dev.ipgate.server;

import dev.ipgate.http.BodySink;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A page on its way to the client, which mostly takes it at once. */
final class PageSending implements Runnable {

    private final Transaction transaction;
    private final BodySink client;
    private final ByteBuffer page;
    private final boolean bodyPending;

    /** @param bodyPending whether the client is still sending a body that nobody wants */
    PageSending(Transaction transaction, BodySink client, ByteBuffer page, boolean bodyPending) {
        this.transaction = transaction;
        this.client = client;
        this.page = page;
        this.bodyPending = bodyPending;
    }

    @Override
    public void run() {
        try {
            if (!client.write(page, true) || !client.finish()) {
                client.onWritable(this);
                client.resume();
                return;
            }
        } catch (IOException e) {
            transaction.notAnswered();
            return;
        }
        if (bodyPending) { // ending the exchange would first read the whole body
            transaction.bodyPending(transaction.exchange());
        }
    }
}

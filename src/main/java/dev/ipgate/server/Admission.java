package dev.ipgate.server;

import dev.ipgate.auth.Login;
import dev.ipgate.auth.Login.Unchecked;
import dev.ipgate.http.ClientLink;
import dev.ipgate.net.IpAddress;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request whose answer streams would be let in still, by its address or its password. Asked now and then, on the
 * exchange's IO thread.
 */
final class Admission implements BooleanSupplier {

    /*
     * When the user's line in the users file has changed, the credentials have to be hashed again: that goes to the queue,
     * and the next look finds the outcome. Who cannot be told right in time is cut.
     */
    private static final long LONGEST_UNKNOWN = Duration.ofSeconds(5).toNanos();

    private final HttpServerExchange exchange;
    private final ClientLink link;
    private final Request request;
    private final PasswordWork work;
    private final Supplier<Snapshot> current;
    private long unknownSince; // on the nanosecond clock; 0 while it is known
    private boolean queued;

    /** @param current the snapshot of the day */
    Admission(
            HttpServerExchange exchange,
            ClientLink link,
            Request request,
            PasswordWork work,
            Supplier<Snapshot> current) {
        this.exchange = exchange;
        this.link = link;
        this.request = request;
        this.work = work;
        this.current = current;
    }

    @Override
    public boolean getAsBoolean() {
        Snapshot snapshot = current.get();
        Verdict verdict = snapshot.judge(request.with(ClientCertificates.door(link)));
        return verdict.passes() || (verdict.asksPassword() && isRight(verdict, snapshot.door(verdict.entered())));
    }

    private boolean isRight(Verdict verdict, @Nullable PasswordDoor door) {
        IpAddress client = verdict.client().address();
        if (door == null || client == null) {
            return false;
        }
        Login login = door.look(exchange, client);
        if (!(login instanceof Unchecked unchecked)) {
            unknownSince = 0;
            queued = false;
            return login instanceof Login.Right;
        }
        long now = System.nanoTime();
        if (unknownSince == 0) {
            unknownSince = now;
        }
        queued = queued || work.enqueue(() -> door.check().check(unchecked, client));
        return now - unknownSince < LONGEST_UNKNOWN;
    }
}

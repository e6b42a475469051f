package dev.ipgate.server;

import dev.ipgate.config.AuthSettings;
import dev.ipgate.config.LimitSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.net.IpAddress;
import dev.ipgate.upstream.AppRequest;
import dev.ipgate.upstream.HiddenHeaders;
import dev.ipgate.upstream.ReplacedHeaders;
import dev.ipgate.upstream.Upstream;
import dev.ipgate.upstream.VerifiedUser;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything made from one reading of the conf file, and the way of a request through it: framing, client address,
 * access decision, upstream. Immutable; swapped whole.
 */
final class Snapshot {

    private final Settings settings;
    private final Judge judge;
    private final @Nullable AdminDoor admin;
    private final @Nullable PasswordDoor adminPassword;
    private final @Nullable PasswordDoor signInDoor;
    private final List<Upstream> upstreams; // by Place.number
    private final List<Optional<PasswordDoor>> doors; // by Place.number
    private final List<Optional<AppHeaders>> headers; // by Place.number
    private final HiddenHeaders hidden;
    private final AccessLog accessLog;
    private final SnapshotCounts counts;
    private final Consumer<Transaction> atEnd = this::ended;
    private final Surroundings surroundings;

    Snapshot(
            Configuration configuration,
            List<Upstream> upstreams,
            UsersFiles.Change users,
            AccessLog accessLog,
            SnapshotCounts counts,
            Surroundings surroundings) {
        this.settings = configuration.settings();
        this.judge = configuration.judge();
        this.admin = configuration.admin();
        this.adminPassword = admin == null || admin.auth() == null ? null : users.door(admin.auth());
        AuthSettings signIn = settings.signIn();
        this.signInDoor = signIn == null ? null : users.door(signIn);
        this.upstreams = List.copyOf(upstreams);
        this.doors = judge.places().stream()
                .map(place -> Optional.ofNullable(place.auth()).map(users::door))
                .toList();
        this.headers = judge.places().stream()
                .map(place -> Optional.ofNullable(AppHeaders.of(place)))
                .toList();
        this.hidden = hidden(configuration);
        this.accessLog = accessLog;
        this.counts = counts;
        this.surroundings = surroundings;
    }

    /** An app may be behind places with a password and without: the header with a user's name is hidden everywhere. */
    private static HiddenHeaders hidden(Configuration configuration) {
        Set<String> names = new HashSet<>();
        names.add(configuration.settings().clientAddress().header());
        for (AuthSettings auth : configuration.judge().auths()) {
            if (auth.userHeader() != null) {
                names.add(auth.userHeader());
            }
        }
        return HiddenHeaders.of(names);
    }

    Settings settings() {
        return settings;
    }

    Judge judge() {
        return judge;
    }

    /** What becomes of a request now. */
    Verdict judge(Request request) {
        return judge.judge(request, LoopClock.currentTimeMillis() / 1000);
    }

    /** Where the place asks for a password; null if it does not. */
    @Nullable
    PasswordDoor door(Place place) {
        return doors.get(place.number()).orElse(null);
    }

    /** Who may look at the gate; null if nobody may. */
    @Nullable
    AdminDoor admin() {
        return admin;
    }

    /** Where looking at the gate needs a password; null if it does not. */
    @Nullable
    PasswordDoor adminPassword() {
        return adminPassword;
    }

    List<Upstream> upstreams() {
        return upstreams;
    }

    AccessLog accessLog() {
        return accessLog;
    }

    SnapshotCounts counts() {
        return counts;
    }

    private void ended(Transaction transaction) {
        HttpServerExchange exchange = transaction.exchange();
        long now = LoopClock.currentTimeMillis() / 1000;
        counts.count(exchange.getIoThread().getNumber(), transaction.verdict(), exchange.getStatusCode(), now);
        surroundings.denials().note(transaction, now);
        surroundings.reported().note(transaction, now);
        accessLog.write(transaction);
    }

    /**
     * Answers or forwards one request. Every way out of here that is not a forward is a refusal.
     *
     * @param current the snapshot of the day, which is asked again while an answer streams
     */
    void handle(HttpServerExchange exchange, Supplier<Snapshot> current) {
        Transaction transaction = new Transaction(exchange, surroundings, atEnd);
        Verdict malformed = Framing.judge(
                exchange, transaction.link().direct(), settings.limits().headerBytes());
        if (malformed != null) {
            transaction.refuse(malformed);
            return;
        }
        Request request = transaction.request();
        if (surroundings.listenerAnswers().answer(transaction, request, judge)) {
            return;
        }
        Verdict verdict = judge(request);
        Verdict.Excess excess = verdict.refusal() == null ? excess(exchange) : null;
        if (excess != null) {
            transaction.refuse(verdict.refusedFor(excess));
        } else if (verdict.refusal() != null) {
            transaction.refuse(verdict);
        } else if (verdict.place() == null) {
            new SignIn(transaction, verdict, Objects.requireNonNull(settings.grants()), signInDoor, surroundings)
                    .start();
        } else if (verdict.asksPassword()) {
            authenticate(exchange, request, verdict, transaction, current);
        } else {
            forward(exchange, request, verdict, transaction, current);
        }
    }

    private void authenticate(
            HttpServerExchange exchange,
            Request request,
            Verdict verdict,
            Transaction transaction,
            Supplier<Snapshot> current) {
        IpAddress client = Objects.requireNonNull(verdict.client().address());
        PasswordDoor door = Objects.requireNonNull(door(verdict.entered()));
        transaction.asks(verdict);
        new Authentication(
                        exchange,
                        transaction,
                        verdict,
                        client,
                        door,
                        surroundings.passwords(),
                        entered -> forward(exchange, request, entered, transaction, current))
                .start();
    }

    private void forward(
            HttpServerExchange exchange,
            Request request,
            Verdict verdict,
            Transaction transaction,
            Supplier<Snapshot> current) {
        LimitSettings limits = settings.limits();
        Place place = verdict.entered();
        transaction.passes(verdict);
        String scheme = judge.scheme(request);
        AppHeaders replaced = headers.get(place.number()).orElse(null);
        upstreams
                .get(place.number())
                .forward(
                        exchange,
                        new AppRequest(
                                verdict.client(),
                                hidden,
                                verifiedUser(verdict, place),
                                scheme,
                                judge.host(request),
                                judge.replacesOrigin(request, place),
                                place.upstream().replacedPath() == null ? null : place.appPath(request.path()),
                                replaced == null
                                        ? ReplacedHeaders.NONE
                                        : replaced.of(exchange, request, verdict, scheme, transaction.id(), hidden),
                                limits.requestBody(),
                                limits.idleTimeout(),
                                limits.streamIdleTimeout(),
                                new Admission(exchange, transaction.link(), request, surroundings.passwords(), current),
                                surroundings.connections()::areClosing),
                        transaction);
    }

    private static @Nullable VerifiedUser verifiedUser(Verdict verdict, Place place) {
        String user = verdict.user();
        AuthSettings auth = place.auth();
        String header = auth == null ? null : auth.userHeader();
        return user == null || header == null ? null : VerifiedUser.of(header, user);
    }

    private Verdict.@Nullable Excess excess(HttpServerExchange exchange) {
        LimitSettings limits = settings.limits();
        HeaderMap headers = exchange.getRequestHeaders();
        if (Framing.headerBytes(headers) > limits.headerBytes()) {
            return new Verdict.Excess(Refusal.HEAD_TOO_LARGE, limits.headerBytes() + " bytes");
        }
        String length = headers.getFirst(Headers.CONTENT_LENGTH);
        boolean tooLong = limits.requestBody() != LimitSettings.UNLIMITED
                && length != null
                && Long.parseLong(length) > limits.requestBody();
        return tooLong ? new Verdict.Excess(Refusal.BODY_TOO_LARGE, limits.requestBody() + " bytes") : null;
    }
}

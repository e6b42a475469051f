package dev.ipgate.server;

import dev.ipgate.config.Durations;
import dev.ipgate.config.GrantsSettings;
import dev.ipgate.config.GroupSource;
import dev.ipgate.grants.Grant;
import dev.ipgate.grants.GrantStore;
import dev.ipgate.grants.GrantStores;
import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The grants of a running gate: whatever is made or taken back is on the disk, in force, and in a line of the log when a
 * call returns. Safe to share between threads, which may have to wait for a disk and for a reload.
 */
final class LiveGrants {

    private static final Logger LOG = LoggerFactory.getLogger(LiveGrants.class);

    private final GrantStores stores;
    private final Supplier<@Nullable GrantsSettings> current;
    private final Consumer<GroupSource> takeIn;
    private final Map<Grant.Way, LongAdder> made = new EnumMap<>(Grant.Way.class);
    private final LongAdder revoked = new LongAdder();

    /**
     * The grants of whatever settings are in force.
     *
     * @param takeIn has what the group of the grants holds decide from now on
     */
    LiveGrants(GrantStores stores, Supplier<@Nullable GrantsSettings> current, Consumer<GroupSource> takeIn) {
        this.stores = stores;
        this.current = current;
        this.takeIn = takeIn;
        for (Grant.Way way : Grant.Way.values()) {
            made.put(way, new LongAdder());
        }
    }

    /** What the conf file says of grants; null if they are off. */
    @Nullable
    GrantsSettings settings() {
        return current.get();
    }

    /** Those that have not ended, in the order in which they were made; none if grants are off. */
    List<Grant> live() {
        GrantsSettings settings = current.get();
        return settings == null ? List.of() : store(settings).live();
    }

    /** How many were made in this way since the start. */
    long made(Grant.Way way) {
        return made.getOrDefault(way, revoked).sum();
    }

    /** How many were taken back since the start. */
    long revoked() {
        return revoked.sum();
    }

    /**
     * Lets somebody in at an operator's word.
     *
     * @param lasts for how long; null for as long as the conf file says
     * @param by and {@code note}: see {@link Grant}
     * @throws IllegalArgumentException if something about it is wrong; the message says what
     * @throws IllegalStateException if grants are off, or there are too many
     * @throws IOException if it cannot be kept; nobody is let in then
     */
    Grant grant(CidrBlock whom, @Nullable Duration lasts, String by, @Nullable String note) throws IOException {
        GrantsSettings settings = settingsOfNow();
        Duration length = checked(lasts, settings);
        return inForce(store(settings).grant(whom, length, Grant.Way.COMMAND, by, note), settings);
    }

    /**
     * Lets in whoever has signed in, for as long as the conf file says.
     *
     * @throws IOException as with {@link #grant}
     */
    Grant signIn(IpAddress client, String user) throws IOException {
        GrantsSettings settings = settingsOfNow();
        return inForce(
                store(settings).grant(Grant.around(client), settings.lasts(), Grant.Way.PAGE, user, null), settings);
    }

    /**
     * Makes a one-time invite.
     *
     * @param within for how long it can be used
     * @param lasts for how long whoever uses it is let in; null for as long as the conf file says
     * @return its token, which is remembered nowhere
     * @throws IOException as with {@link #grant}
     */
    String invite(Duration within, @Nullable Duration lasts, String by, @Nullable String note) throws IOException {
        GrantsSettings settings = settingsOfNow();
        if (settings.page() == null) {
            throw new IllegalStateException(
                    "invites are used on the sign-in page, and there is none; write page: /.ipgate/in under grants");
        }
        if (within.compareTo(GrantStore.LONGEST_INVITE) > 0) {
            throw new IllegalArgumentException("an invite is good for no longer than "
                    + Durations.format(GrantStore.LONGEST_INVITE) + ", not " + Durations.format(within));
        }
        String token = store(settings).invite(within, checked(lasts, settings), by, note);
        LOG.info(
                "invited by {}: somebody, within {}{}",
                by,
                Durations.format(within),
                note == null ? "" : " (" + note + ")");
        return token;
    }

    /**
     * Lets in whoever has an invite, once.
     *
     * @return empty if there is no such invite, or if it was used or has ended
     * @throws IOException as with {@link #grant}
     */
    Optional<Grant> redeem(String token, IpAddress client) throws IOException {
        GrantsSettings settings = settingsOfNow();
        Optional<Grant> grant = store(settings).redeem(token, Grant.around(client));
        return grant.isPresent() ? Optional.of(inForce(grant.get(), settings)) : grant;
    }

    /**
     * Takes back everything that was granted to exactly these addresses.
     *
     * @return what was taken back; empty if there was nothing
     * @throws IOException if that cannot be kept; nothing has changed then
     */
    List<Grant> revoke(CidrBlock whom, String by) throws IOException {
        GrantsSettings settings = settingsOfNow();
        List<Grant> gone = store(settings).revoke(whom);
        if (!gone.isEmpty()) {
            takeIn.accept(new GroupSource.Granted(settings.state()));
            revoked.add(gone.size());
            gone.forEach(grant -> LOG.info("revoked by {}: {}", by, grant));
        }
        return gone;
    }

    private Grant inForce(Grant grant, GrantsSettings settings) {
        takeIn.accept(new GroupSource.Granted(settings.state()));
        made.getOrDefault(grant.way(), revoked).increment();
        LOG.info("granted: {}", grant);
        return grant;
    }

    private GrantsSettings settingsOfNow() {
        GrantsSettings settings = current.get();
        if (settings == null) {
            throw new IllegalStateException("there are no grants here; write grants: on and state: /var/lib/ipgate into"
                    + " the conf file, and - allow: granted among its rules");
        }
        return settings;
    }

    private static Duration checked(@Nullable Duration lasts, GrantsSettings settings) {
        Duration length = lasts == null ? settings.lasts() : lasts;
        if (length.compareTo(settings.max()) > 0) {
            throw new IllegalArgumentException(Durations.format(length)
                    + " is longer than anything may be granted for: grants.max is " + Durations.format(settings.max()));
        }
        return length;
    }

    private GrantStore store(GrantsSettings settings) {
        return stores.in(settings.state());
    }
}

package dev.ipgate.grants;

import dev.ipgate.net.CidrBlock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The grants and invites of a state folder: what is made is on the disk before anybody is told so. To open one writes
 * nothing, so commands may look, too; of those that write, the first keeps the folder to itself. Safe to share between
 * threads; whoever changes something waits for the disk.
 */
public final class GrantStore implements AutoCloseable {

    /*
     * The files are read once, when the store is opened, and again when the folder is locked, in case another gate wrote
     * meanwhile. From then on memory leads and the disk follows: a change is made of the grants in memory, written, and
     * only then put in their place. A write that fails changes nothing.
     */

    private static final String GRANTS = "ipgate grants, version 1: whom, from, until, way, by, note";
    private static final String INVITES = "ipgate invites, version 1: SHA-256 of the token, until, seconds, by, note";
    private static final String LOCK = "lock";
    private static final int MOST_INVITES = 1000;

    /** The longest life of an unused invite. */
    public static final Duration LONGEST_INVITE = Duration.ofDays(7);

    private final Path folder;
    private final InstantSource clock;
    private final StateFile grantsFile;
    private final StateFile invitesFile;

    private volatile Grants grants = Grants.NONE;
    private volatile @Nullable String grantsTrouble;
    private volatile @Nullable String invitesTrouble;
    private List<Invite> invites = List.of();
    private @Nullable FileChannel lock;

    private GrantStore(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
        grantsFile = new StateFile(folder.resolve("grants"), GRANTS);
        invitesFile = new StateFile(folder.resolve("invites"), INVITES);
    }

    /**
     * Reads what the folder has. A file that cannot be used is told by {@link #trouble}, and what it held is not there.
     *
     * @param folder need not exist
     */
    public static GrantStore open(Path folder, InstantSource clock) {
        GrantStore store = new GrantStore(folder, clock);
        store.read();
        return store;
    }

    /** Where the files are. */
    public Path folder() {
        return folder;
    }

    /** The grants of this moment. Never waits. */
    public Grants grants() {
        return grants;
    }

    /** Those that have not ended, in the order in which they were made. Never waits. */
    public List<Grant> live() {
        return grants.live(clock.instant());
    }

    /** The file of the grants, for whoever is told what is wrong with it. */
    public Path file() {
        return grantsFile.path();
    }

    /** Why grants or invites that were made are not in force; null if all is well. Until the next that is made. */
    public @Nullable String trouble() {
        String first = grantsTrouble;
        return first == null ? invitesTrouble : first;
    }

    /**
     * Grants something, or renews what the same person has granted the same addresses in the same way.
     *
     * @param by and {@code note}: see {@link Grant}
     * @return what is in force now, and on the disk
     * @throws IllegalArgumentException if something about it is wrong; the message says what
     * @throws IllegalStateException if there are too many
     * @throws IOException if it cannot be written, with the reason; nothing has changed then
     */
    public synchronized Grant grant(CidrBlock whom, Duration lasts, Grant.Way way, String by, @Nullable String note)
            throws IOException {
        Instant now = clock.instant();
        Grant grant = new Grant(whom, now, now.plus(lasts), way, by, note);
        lock();
        write(grants.with(grant, now), now);
        return grant;
    }

    /**
     * Takes back everything that was granted to exactly these addresses.
     *
     * @return what was taken back; empty if there was nothing
     * @throws IOException if it cannot be written; nothing has changed then
     */
    public synchronized List<Grant> revoke(CidrBlock whom) throws IOException {
        Instant now = clock.instant();
        lock();
        List<Grant> gone = grants.of(whom, now);
        if (!gone.isEmpty()) {
            write(grants.without(gone, now), now);
        }
        return gone;
    }

    // ---- invites ----------------------------------------------------------------------------------------------------

    /**
     * Makes a one-time invite.
     *
     * @param within how long it can be used
     * @param lasts for how long it lets in whoever uses it
     * @return its token, which is remembered nowhere
     * @throws IOException if it cannot be written
     */
    public synchronized String invite(Duration within, Duration lasts, String by, @Nullable String note)
            throws IOException {
        Instant now = clock.instant();
        String token = Invite.newToken();
        Invite invite = new Invite(Invite.digest(token), now.plus(within), lasts, by, note);
        lock();
        List<Invite> kept = new ArrayList<>(liveInvites(now));
        if (kept.size() >= MOST_INVITES) {
            throw new IllegalStateException(MOST_INVITES + " invites wait to be used, and no more are made");
        }
        kept.add(invite);
        writeInvites(kept, now);
        return token;
    }

    /**
     * Uses an invite: spends it, then grants. When the grant cannot be written, the invite is put back if that can be.
     *
     * @return the grant; empty if there is no such invite, or if it was used or has ended
     * @throws IOException if it cannot be written; nobody is let in then
     */
    public synchronized Optional<Grant> redeem(String token, CidrBlock whom) throws IOException {
        String digest = Invite.digest(token);
        Instant now = clock.instant();
        if (find(digest, now) == null) {
            return Optional.empty(); // for which no folder need be locked
        }
        lock();
        Invite invite = find(digest, now);
        if (invite == null) {
            return Optional.empty();
        }
        List<Invite> rest = new ArrayList<>(liveInvites(now));
        rest.remove(invite);
        writeInvites(rest, now);
        try {
            return Optional.of(grant(whom, invite.lasts(), Grant.Way.INVITE, invite.by(), invite.note()));
        } catch (IOException | RuntimeException e) {
            putBack(invite, e);
            throw e;
        }
    }

    private void putBack(Invite invite, Exception why) {
        try {
            List<Invite> kept = new ArrayList<>(invites);
            kept.add(invite);
            writeInvites(kept, clock.instant());
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private @Nullable Invite find(String digest, Instant now) {
        return liveInvites(now).stream()
                .filter(invite -> invite.digest().equals(digest))
                .findFirst()
                .orElse(null);
    }

    private List<Invite> liveInvites(Instant now) {
        return invites.stream().filter(invite -> invite.isLive(now)).toList();
    }

    // ---- the files --------------------------------------------------------------------------------------------------

    private synchronized void read() {
        try {
            grants = new Grants(readGrants());
            grantsTrouble = null;
        } catch (IOException e) {
            grantsTrouble = "the grants there are not in force: " + e.getMessage();
        }
        try {
            invites = readInvites();
            invitesTrouble = null;
        } catch (IOException e) {
            invitesTrouble = "the invites there are not good: " + e.getMessage();
        }
    }

    private List<Grant> readGrants() throws IOException {
        List<Grant> read = new ArrayList<>();
        for (String[] row : grantsFile.read()) {
            try {
                read.add(grant(row));
            } catch (IllegalArgumentException | DateTimeParseException e) {
                throw grantsFile.corrupt(StateFile.line(read.size()), e.getMessage());
            }
        }
        if (read.size() > Grants.MOST) {
            throw grantsFile.corrupt(0, "it has more than " + Grants.MOST + " grants");
        }
        return read;
    }

    private static Grant grant(String[] row) {
        Grant.Way way = row.length == 6 ? Grant.Way.WORDS.get(row[3]) : null;
        if (way == null) {
            throw new IllegalArgumentException("it is no grant");
        }
        return new Grant(
                CidrBlock.parse(row[0]),
                Instant.parse(row[1]),
                Instant.parse(row[2]),
                way,
                row[4],
                row[5].isEmpty() ? null : row[5]);
    }

    private List<Invite> readInvites() throws IOException {
        List<Invite> read = new ArrayList<>();
        for (String[] row : invitesFile.read()) {
            try {
                if (row.length != 5) {
                    throw new IllegalArgumentException("it is no invite");
                }
                read.add(new Invite(
                        row[0],
                        Instant.parse(row[1]),
                        Duration.ofSeconds(Integer.parseInt(row[2])),
                        row[3],
                        row[4].isEmpty() ? null : row[4]));
            } catch (IllegalArgumentException | DateTimeParseException e) {
                throw invitesFile.corrupt(StateFile.line(read.size()), e.getMessage());
            }
        }
        return read;
    }

    private void write(Grants next, Instant now) throws IOException {
        List<List<String>> rows = next.all().stream()
                .map(grant -> List.of(
                        grant.addresses(),
                        grant.from().toString(),
                        grant.until().toString(),
                        grant.way().word(),
                        grant.by(),
                        Objects.requireNonNullElse(grant.note(), "")))
                .toList();
        write(grantsFile, rows, now);
        grants = next;
        grantsTrouble = null;
    }

    private void writeInvites(List<Invite> next, Instant now) throws IOException {
        List<List<String>> rows = next.stream()
                .map(invite -> List.of(
                        invite.digest(),
                        invite.until().toString(),
                        Long.toString(invite.lasts().toSeconds()),
                        invite.by(),
                        Objects.requireNonNullElse(invite.note(), "")))
                .toList();
        write(invitesFile, rows, now);
        invites = List.copyOf(next);
        invitesTrouble = null;
    }

    private static void write(StateFile file, List<List<String>> rows, Instant now) throws IOException {
        try {
            file.write(rows, now);
        } catch (IOException e) {
            throw new IOException("the state folder cannot be written: " + StateFile.reason(e), e);
        }
    }

    /** Keeps every other process from writing here, from the first write on. */
    private void lock() throws IOException {
        if (lock != null) {
            return;
        }
        try {
            if (!Files.exists(folder)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                StateFile.toDisk(folder.resolveSibling("."));
            }
            FileChannel channel = FileChannel.open(
                    folder.resolve(LOCK),
                    Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (!isOurs(channel)) {
                channel.close();
                throw new IOException("another ipgate keeps its grants in it; name another folder");
            }
            lock = channel;
        } catch (IOException e) {
            throw new IOException("the state folder \"" + folder + "\" cannot be written: " + StateFile.reason(e), e);
        }
        read();
    }

    private static boolean isOurs(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) { // another gate in this very process
            return false;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Lets another process write here. */
    @Override
    public synchronized void close() throws IOException {
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }
}

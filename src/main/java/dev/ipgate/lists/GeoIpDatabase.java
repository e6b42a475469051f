package dev.ipgate.lists;

import com.maxmind.db.DatabaseRecord;
import com.maxmind.db.InvalidNetworkException;
import com.maxmind.db.Metadata;
import com.maxmind.db.Network;
import com.maxmind.db.Networks;
import com.maxmind.db.Reader;
import dev.ipgate.config.GroupSource;
import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Takes the networks of some countries or autonomous systems out of a database of MaxMind's format, versions 2.x. */
final class GeoIpDatabase implements FileSource.Content {

    /*
     * The whole database is walked when it is read, so that a request costs what it costs with any other group, and no
     * request meets a file that is being replaced. It is read into memory for that, as whoever writes into a mapped file
     * breaks whoever reads it. The reader gives a network once, though a database has IPv4 in several places of its tree.
     */

    private static final long LARGEST =
            256L << 20; // bytes; of those of countries and systems there is none above 20 MB
    private static final int VERSION = 2;
    private static final int IPV4_ROOT = 96; // bits
    private static final CidrBlock ALL_OF_IPV4 = CidrBlock.parse("0.0.0.0/0");
    private static final CidrBlock ALL_OF_IPV6 = CidrBlock.parse("::/0");
    private static final Duration OLD = Duration.ofDays(90); // MaxMind has them replaced within 30

    private final GroupSource.GeoIp settings;
    private final InstantSource clock;

    GeoIpDatabase(GroupSource.GeoIp settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public void read(Path file, Consumer<IpRange> sink, Problems problems) throws SourceException {
        String quoted = "\"" + file + "\"";
        try {
            if (!Files.exists(file)) {
                throw new SourceException("there is no file " + quoted);
            }
            if (!Files.isRegularFile(file)) {
                throw new SourceException(quoted + " is not a regular file");
            }
            if (Files.size(file) > LARGEST) {
                throw new SourceException(quoted + " is larger than " + (LARGEST >> 20) + " MiB");
            }
            try (Reader reader = new Reader(file.toFile(), Reader.FileMode.MEMORY)) {
                walk(reader, quoted, Position.of(file.toString()), sink, problems);
            }
        } catch (SourceException e) {
            throw e;
        } catch (IOException | InvalidNetworkException | RuntimeException | StackOverflowError e) {
            // of a damaged file the reader throws whatever it stumbles over
            throw new SourceException(
                    quoted + " cannot be read as a database of MaxMind's format: "
                            + (e.getMessage() == null ? e.toString() : e.getMessage()),
                    e);
        }
    }

    private void walk(Reader reader, String quoted, Position at, Consumer<IpRange> sink, Problems problems)
            throws IOException, InvalidNetworkException {
        boolean byCountry = !settings.countries().isEmpty();
        Set<Object> wanted = new TreeSet<>(byCountry ? settings.countries() : settings.systems());
        Set<Object> missing = new TreeSet<>(wanted);
        boolean tells = false;
        Metadata metadata = reader.getMetadata();
        if (metadata.binaryFormatMajorVersion() != VERSION) {
            throw new SourceException(quoted + " is of version " + metadata.binaryFormatMajorVersion()
                    + " of MaxMind's format, and ipgate reads version " + VERSION);
        }
        // Where all of IPv4 is one network, the reader takes every other that says the same for the same, and leaves it
        // out.
        boolean oneForIpv4 = metadata.ipVersion() == 6
                && reader.getRecord(InetAddress.getByAddress(new byte[4]), GeoIpRecord.class)
                                .network()
                                .prefixLength()
                        == 0;
        Networks<GeoIpRecord> networks = reader.networks(oneForIpv4, GeoIpRecord.class);
        while (networks.hasNext()) {
            DatabaseRecord<GeoIpRecord> network = networks.next();
            GeoIpRecord data = network.data();
            Object whose = data == null ? null : byCountry ? data.countryCode() : data.systemNumber();
            tells |= whose != null;
            if (whose != null && wanted.contains(whose)) {
                missing.remove(whose);
                add(network.network(), sink);
            }
        }
        if (!tells) {
            throw new SourceException(quoted + " has no " + (byCountry ? "countries" : "autonomous systems")
                    + ": it is " + metadata.databaseType());
        }
        missing.forEach(none -> problems.warning(
                at,
                "",
                "it has no network of " + (byCountry ? none : "AS" + none) + ": nobody is let in or denied for it"));
        Instant built = metadata.buildTime();
        if (built.isBefore(clock.instant().minus(OLD))) {
            problems.warning(
                    at,
                    "",
                    "it is of " + LocalDate.ofInstant(built, ZoneOffset.UTC)
                            + ", and addresses have moved since; have geoipupdate replace it every week");
        }
    }

    /** In the tree all of IPv4 is ::/96, so whatever is as wide, or wider and begins there, is about all of it. */
    private static void add(Network network, Consumer<IpRange> sink) {
        CidrBlock block = new CidrBlock(IpAddress.of(network.networkAddress()), network.prefixLength());
        boolean allOfIpv4 = block.prefixLength() <= IPV4_ROOT && block.first().equals(ALL_OF_IPV6.first());
        if (allOfIpv4) {
            sink.accept(ALL_OF_IPV4.range());
        }
        if (!allOfIpv4 || block.prefixLength() < IPV4_ROOT) {
            sink.accept(block.range());
        }
    }
}

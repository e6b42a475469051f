package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Looks up what a DNS name stands for, addresses of both families together. */
final class DnsSource implements Source {

    /*
     * An answer replaces the one before whole, so it has to be whole itself: where one family's addresses cannot be had,
     * the reading fails, and those of both stay. To take half of it would shut out whoever comes by the other.
     */

    private static final Duration PATIENCE = Duration.ofMillis(2500); // for each family
    private static final Duration SHORTEST = Duration.ofSeconds(5); // however little a record's TTL says
    private static final int MOST_ADDRESSES = 256;
    private static final int MOST_ALIASES = 8;
    private static final int IPV6_BITS = 128;

    private final GroupSource.DnsName settings;
    private final DnsServers servers;

    DnsSource(GroupSource.DnsName settings) {
        this(settings, PATIENCE);
    }

    /** @param patience how long the servers may take for one family's addresses */
    DnsSource(GroupSource.DnsName settings, Duration patience) {
        this.settings = settings;
        this.servers = new DnsServers(settings.servers(), patience);
    }

    /** What has been found so far, and how long it is good. */
    private static final class Found {
        private final List<IpAddress> addresses = new ArrayList<>();
        private long seconds = Long.MAX_VALUE;

        void goodFor(Record record) {
            seconds = Math.min(seconds, record.getTTL());
        }
    }

    @Override
    public Reading read() throws SourceException {
        Found found = new Found();
        try {
            Name name = Name.fromString(settings.name(), Name.root);
            collect(name, Type.A, found);
            collect(name, Type.AAAA, found);
        } catch (TextParseException e) {
            throw new SourceException(settings + " is no name: " + e.getMessage(), e);
        }
        if (found.addresses.isEmpty()) {
            throw new SourceException(settings + " has no address");
        }
        if (found.addresses.size() > MOST_ADDRESSES) {
            throw new SourceException(settings + " has more than " + MOST_ADDRESSES + " addresses");
        }
        AddressSet.Builder builder = AddressSet.builder();
        found.addresses.forEach(address -> builder.add(widened(address)));
        AddressSet addresses = builder.build();
        IpAddress other = settings.allowPrivate() ? null : PublicAddresses.firstOther(addresses);
        if (other != null) {
            throw new SourceException(settings + " stands for " + other
                    + ", which is no address of the Internet; write allow_private: true if that is meant");
        }
        Duration goodFor = Duration.ofSeconds(found.seconds);
        return new Reading(addresses, goodFor.compareTo(SHORTEST) < 0 ? SHORTEST : goodFor, List.of());
    }

    /** One family's addresses, behind aliases too: a server may leave it to us to ask for what an alias stands for. */
    private void collect(Name name, int type, Found found) throws SourceException {
        Set<Name> seen = new HashSet<>(Set.of(name));
        Name asked = name;
        while (true) {
            Message answer = ask(asked, type);
            if (answer.getRcode() == Rcode.NXDOMAIN) {
                throw new SourceException(settings + " cannot be looked up: there is no name "
                        + (seen.size() == 1 ? settings : asked.toString(true)));
            }
            List<Record> records = answer.getSection(Section.ANSWER);
            Name end = asked;
            for (CNAMERecord alias = alias(end, records); alias != null; alias = alias(end, records)) {
                found.goodFor(alias);
                end = alias.getTarget();
                if (!seen.add(end) || seen.size() > MOST_ALIASES) {
                    throw new SourceException(settings + " cannot be looked up: it is an alias of an alias, and so on");
                }
            }
            boolean any = false;
            for (Record record : records) {
                if (record.getType() == type && record.getName().equals(end)) {
                    found.goodFor(record);
                    found.addresses.add(IpAddress.of(address(record)));
                    any = true;
                }
            }
            if (any || end.equals(asked)) {
                return;
            }
            asked = end;
        }
    }

    private Message ask(Name name, int type) throws SourceException {
        try {
            return servers.ask(name, type);
        } catch (IOException e) {
            throw new SourceException(
                    settings + " cannot be looked up (" + Type.string(type) + "): " + e.getMessage(), e);
        }
    }

    private static @Nullable CNAMERecord alias(Name name, List<Record> records) {
        for (Record record : records) {
            if (record instanceof CNAMERecord alias && alias.getName().equals(name)) {
                return alias;
            }
        }
        return null;
    }

    private static InetAddress address(Record record) {
        return record instanceof ARecord ipv4 ? ipv4.getAddress() : ((AAAARecord) record).getAddress();
    }

    /** The block that the address is in: the rest of an IPv6 address moves, for privacy's sake (RFC 8981). */
    private IpRange widened(IpAddress address) {
        if (address.isIpv4() || settings.ipv6Prefix() == IPV6_BITS) {
            return new IpRange(address, address);
        }
        return CidrBlock.parseMasking(address + "/" + settings.ipv6Prefix()).range();
    }
}

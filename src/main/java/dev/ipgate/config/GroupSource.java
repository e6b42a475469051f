package dev.ipgate.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What fills a group from outside the conf file. Two that are equal are one, read once, whatever their groups are called:
 * that is how a reload knows what it has already. As text they are as the operator knows them.
 */
public sealed interface GroupSource {

    /** How long its content is good before it is read again; null for what is read when a file's change shows. */
    @Nullable
    Duration refresh();

    /** How long after its last good reading an allow still uses it; null for ever. */
    @Nullable
    Duration maxStale();

    /**
     * A list file.
     *
     * @param path already resolved against the conf file's folder
     */
    record ListFile(Path path) implements GroupSource {
        @Override
        public @Nullable Duration refresh() {
            return null;
        }

        @Override
        public @Nullable Duration maxStale() {
            return null;
        }

        @Override
        public String toString() {
            return "\"" + path + "\"";
        }
    }

    /**
     * The addresses that a DNS name stands for at the time.
     *
     * @param name in lower case and letters of ASCII, without a dot at its end; always absolute
     * @param refresh how long an answer is good at most; the records may say less
     * @param ipv6Prefix how many bits of an IPv6 address count, as the rest moves; 128 for all
     * @param allowPrivate whether it may stand for addresses that are not of the Internet
     * @param servers whom to ask; empty for those of the system
     */
    record DnsName(
            String name,
            Duration refresh,
            Duration maxStale,
            int ipv6Prefix,
            boolean allowPrivate,
            List<InetSocketAddress> servers)
            implements GroupSource {

        public DnsName {
            servers = List.copyOf(servers);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * A list that somebody publishes.
     *
     * @param urls where it is, in parts if more than one
     * @param paths for JSON, where in it the addresses are; empty for a list of lines
     * @param maxShrink how much of the list may be gone at the next reading, in per cent
     * @param authorities the certificates of {@code ca_file}, trusted besides those that the JDK trusts
     * @param allowPrivate whether it may hold addresses that are not of the Internet
     */
    record UrlList(
            List<URI> urls,
            List<JsonPath> paths,
            Duration refresh,
            Duration maxStale,
            int maxShrink,
            List<X509Certificate> authorities,
            boolean allowPrivate)
            implements GroupSource {

        public UrlList {
            urls = List.copyOf(urls);
            paths = List.copyOf(paths);
            authorities = List.copyOf(authorities);
        }

        @Override
        public String toString() {
            return String.join(" and ", urls.stream().map(ListUrl::withoutQuery).toList());
        }
    }

    /**
     * The networks of some countries, or of some autonomous systems, by a database of MaxMind's format.
     *
     * @param path already resolved against the conf file's folder
     * @param countries ISO 3166-1 codes, in capitals; empty if it is about autonomous systems
     * @param systems their numbers; empty if it is about countries
     */
    record GeoIp(Path path, Set<String> countries, Set<Long> systems) implements GroupSource {

        public GeoIp {
            countries = Set.copyOf(countries);
            systems = Set.copyOf(systems);
        }

        @Override
        public @Nullable Duration refresh() {
            return null;
        }

        @Override
        public @Nullable Duration maxStale() {
            return null;
        }

        @Override
        public String toString() {
            return "\"" + path + "\" " + names();
        }

        /** Whom it is about, in order: {@code ES, MX}, or {@code AS3352}. */
        public String names() {
            return Stream.concat(
                            countries.stream().sorted(),
                            systems.stream().sorted().map(number -> "AS" + number))
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * What people were granted while the gate ran.
     *
     * @param state the folder that keeps it
     */
    record Granted(Path state) implements GroupSource {
        @Override
        public @Nullable Duration refresh() {
            return null;
        }

        @Override
        public @Nullable Duration maxStale() {
            return null;
        }

        @Override
        public String toString() {
            return "grants in \"" + state + "\"";
        }
    }
}

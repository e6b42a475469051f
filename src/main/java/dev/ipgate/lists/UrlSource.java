package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import dev.ipgate.config.ListUrl;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import dev.ipgate.problem.Problems;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches a list that somebody publishes. Whatever is odd about it refuses the whole: what was good before stays. */
final class UrlSource implements Source {

    private static final Logger LOG = LoggerFactory.getLogger(UrlSource.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ALL = 100; // per cent
    private static final int IPV4_BITS = 32;
    private static final int IPV4_WIDEST = 8;
    private static final int IPV6_BITS = 128;
    private static final int IPV6_WIDEST = 16;

    private final GroupSource.UrlList settings;
    private final @Nullable ListCopy copy;
    private final Duration patience;
    private final InstantSource clock;
    private final List<Part> parts = new ArrayList<>();
    private @Nullable AddressSet good;
    private String copyTrouble = "";

    /** One of the URLs, and what it held last. */
    private static final class Part {
        private final URI url;
        private Download.@Nullable Version version;
        private List<IpRange> ranges = List.of();

        Part(URI url) {
            this.url = url;
        }
    }

    UrlSource(GroupSource.UrlList settings, @Nullable Path state) {
        this(settings, state, PATIENCE, InstantSource.system());
    }

    /** @param patience how long each URL may take */
    UrlSource(GroupSource.UrlList settings, @Nullable Path state, Duration patience, InstantSource clock) {
        this.settings = settings;
        this.copy = state == null ? null : new ListCopy(state, settings.urls() + " " + settings.paths());
        this.patience = patience;
        this.clock = clock;
        settings.urls().forEach(url -> parts.add(new Part(url)));
    }

    @Override
    public Reading read() throws SourceException {
        try {
            AddressSet fetched = fetch();
            good = fetched;
            keep(fetched);
            return new Reading(fetched, null, List.of());
        } catch (SourceException e) {
            Reading kept = good == null ? kept(e) : null;
            if (kept == null) {
                throw e;
            }
            good = kept.addresses();
            return kept;
        }
    }

    private AddressSet fetch() throws SourceException {
        Download download;
        try {
            download = new Download(settings.authorities(), patience);
        } catch (IOException e) {
            throw new SourceException(settings + " " + e.getMessage(), e);
        }
        AddressSet.Builder builder = AddressSet.builder();
        List<Download.Version> versions = new ArrayList<>();
        List<List<IpRange>> lists = new ArrayList<>();
        for (Part part : parts) {
            String name = ListUrl.withoutQuery(part.url);
            try {
                Download.Answer answer = download.get(part.url, part.version);
                byte[] bytes = answer.content();
                lists.add(bytes == null ? part.ranges : ranges(name, bytes));
                versions.add(answer.version());
            } catch (SourceException e) {
                throw e;
            } catch (IOException e) {
                throw new SourceException(name + " " + e.getMessage(), e);
            }
        }
        lists.forEach(list -> list.forEach(builder::add));
        AddressSet fetched = builder.build();
        check(fetched);
        for (int i = 0; i < parts.size(); i++) { // all are good, and from now on these are what is known of them
            parts.get(i).version = versions.get(i);
            parts.get(i).ranges = lists.get(i);
        }
        return fetched;
    }

    private List<IpRange> ranges(String name, byte[] bytes) throws IOException {
        if (new String(bytes, 0, Math.min(bytes.length, 100), StandardCharsets.ISO_8859_1)
                .stripLeading()
                .startsWith("<")) {
            throw new IOException("is an HTML page, not a list");
        }
        List<IpRange> ranges = new ArrayList<>();
        if (settings.paths().isEmpty()) {
            Problems problems = new Problems();
            try (Reader reader = new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8)) {
                ListFile.read(reader, name, ranges::add, problems);
            }
            if (problems.hasErrors()) {
                throw new SourceException(name + " has mistakes", problems.all());
            }
        } else {
            for (String text : JsonAddresses.read(bytes, settings.paths())) {
                try {
                    ranges.add(IpRange.parse(text));
                } catch (IllegalArgumentException e) {
                    throw new IOException("has something else than an address: " + e.getMessage(), e);
                }
            }
        }
        for (IpRange range : ranges) {
            if (isWide(range)) { // one such mistake of theirs would open the gate
                throw new IOException("holds " + range + ", which is more than a /8 of IPv4 or a /16 of IPv6");
            }
        }
        return ranges;
    }

    private static boolean isWide(IpRange range) {
        int bits = range.first().isIpv4() ? IPV4_BITS - IPV4_WIDEST : IPV6_BITS - IPV6_WIDEST;
        return number(range.last()).subtract(number(range.first())).bitLength() > bits;
    }

    private static BigInteger number(IpAddress address) {
        return new BigInteger(1, address.toInetAddress().getAddress());
    }

    private void check(AddressSet fetched) throws SourceException {
        if (fetched.isEmpty()) {
            throw new SourceException(settings + " holds no address");
        }
        IpAddress other = settings.allowPrivate() ? null : PublicAddresses.firstOther(fetched);
        if (other != null) {
            throw new SourceException(settings + " holds " + other
                    + ", which is no address of the Internet; write allow_private: true if that is meant");
        }
        if (good != null && settings.maxShrink() < ALL) {
            int before = good.size();
            int gone = good.rangesNotIn(fetched);
            if (gone * 100L > (long) settings.maxShrink() * before) {
                throw new SourceException(settings + " has lost " + gone + " of " + before
                        + " ranges, which is more than max_shrink: " + settings.maxShrink() + "%");
            }
        }
    }

    /** So that a restart without a network has it. Whatever goes wrong with that is told, once. */
    private void keep(AddressSet fetched) {
        if (copy == null) {
            return;
        }
        try {
            copy.write(new ListCopy.Content(fetched, clock.instant().truncatedTo(ChronoUnit.SECONDS)));
            copyTrouble = "";
        } catch (IOException e) {
            tell(settings + " cannot be kept on disk, so that a restart without a network would not have it: " + e);
        }
    }

    /** What a restart without a network has; null if there is nothing. */
    private @Nullable Reading kept(SourceException why) {
        if (copy == null) {
            return null;
        }
        try {
            ListCopy.Content content = copy.read();
            return Reading.ofOld(content.addresses(), content.read(), String.valueOf(why.getMessage()));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            tell("the copy of " + settings + " is of no use: " + e.getMessage());
            return null;
        }
    }

    private void tell(String trouble) {
        if (!trouble.equals(copyTrouble)) {
            LOG.warn("{}", trouble);
        }
        copyTrouble = trouble;
    }
}

package dev.ipgate.config;

import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lists that people use, by the names that the conf file has for them. */
enum KnownList {
    CLOUDFLARE(
            "cloudflare",
            null,
            List.of("https://www.cloudflare.com/ips-v4", "https://www.cloudflare.com/ips-v6"),
            List.of()),
    AWS(
            "aws",
            "Amazon's cloud",
            List.of("https://ip-ranges.amazonaws.com/ip-ranges.json"),
            List.of("prefixes[*].ip_prefix", "ipv6_prefixes[*].ipv6_prefix")),
    GITHUB_ACTIONS("github-actions", "GitHub's runners", List.of("https://api.github.com/meta"), List.of("actions[*]")),
    GOOGLE_CLOUD(
            "google-cloud",
            "Google's cloud",
            List.of("https://www.gstatic.com/ipranges/cloud.json"),
            List.of("prefixes[*].ipv4Prefix", "prefixes[*].ipv6Prefix")),
    FASTLY(
            "fastly",
            null,
            List.of("https://api.fastly.com/public-ip-list"),
            List.of("addresses[*]", "ipv6_addresses[*]"));

    private final String word;
    private final @Nullable String landlord;

    // Made by List.of, which cannot change; the check sees only the type.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> urls;

    @SuppressWarnings("ImmutableEnumChecker") // likewise
    private final List<String> paths;

    KnownList(String word, @Nullable String landlord, List<String> urls, List<String> paths) {
        this.word = word;
        this.landlord = landlord;
        this.urls = urls;
        this.paths = paths;
    }

    static Map<String, KnownList> words() {
        Map<String, KnownList> words = new LinkedHashMap<>();
        Arrays.stream(values()).forEach(list -> words.put(list.word, list));
        return words;
    }

    /** Whose addresses these are, if any stranger can rent one; else null. */
    @Nullable
    String landlord() {
        return landlord;
    }

    List<URI> urls() {
        return urls.stream().map(URI::create).toList();
    }

    List<JsonPath> paths() {
        return paths.stream().map(JsonPath::parse).toList();
    }

    /** Whether a source is this list, however it was written. */
    boolean isReadBy(@Nullable GroupSource source) {
        return source instanceof GroupSource.UrlList list && list.urls().equals(urls());
    }
}

package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.client.ClientAddresses;
import dev.ipgate.config.AuthSettings;
import dev.ipgate.config.ClientAddressSettings;
import dev.ipgate.config.GrantsSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.config.SiteSettings;
import dev.ipgate.lists.Groups;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.CertificateDoor;
import dev.ipgate.policy.Decision;
import dev.ipgate.policy.Entry;
import dev.ipgate.policy.Satisfy;
import dev.ipgate.problem.Problems;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides about requests: client address, site, location, rules, Host, Origin, in this order. A request and
 * {@code explain} come in at the same door. Immutable and pure; knows no socket.
 */
public final class Judge {

    private static final String SIGN_IN = "the sign-in page";

    private final ClientAddresses addresses;
    private final Hosts<Site> sites;
    private final @Nullable Site defaultSite;
    private final List<Place> places;
    private final List<ListedRule> rules;
    private final List<Place> entrances;
    private final String signInHost;

    private Judge(
            ClientAddresses addresses,
            Hosts<Site> sites,
            @Nullable Site defaultSite,
            List<Place> places,
            List<ListedRule> rules,
            List<Place> entrances,
            String signInHost) {
        this.addresses = addresses;
        this.sites = sites;
        this.defaultSite = defaultSite;
        this.places = List.copyOf(places);
        this.rules = List.copyOf(rules);
        this.entrances = List.copyOf(entrances);
        this.signInHost = signInHost;
    }

    /** Compiles what was read; what is wrong about the rules is added to the problems. */
    static Judge of(Settings settings, Groups groups, RulesReview review, Problems problems) {
        List<Place> places = new ArrayList<>();
        GrantsSettings grants = settings.grants();
        String signIn =
                grants == null || grants.page() == null ? null : grants.page().path();
        AddressSet trusted = groups.resolve(settings.clientAddress().trustedProxies());
        PlaceBuilder builder = new PlaceBuilder(groups, trusted, review, problems, places, signIn);
        Map<String, Site> hosts = new LinkedHashMap<>(); // as regular expressions are tried in the order of the file
        List<Site> all = new ArrayList<>();
        Site defaultSite = null;
        if (settings.defaultSite() != null) {
            defaultSite = addSite(settings.defaultSite(), builder, places, hosts, problems);
            all.add(defaultSite);
        }
        settings.sites().forEach(site -> all.add(addSite(site, builder, places, hosts, problems)));
        ClientAddressSettings address = settings.clientAddress();
        ClientAddresses addresses = new ClientAddresses(
                trusted,
                address.header(),
                address.recursive(),
                address.keepMalformed(),
                address.ignoreUntrustedForwarder());
        return new Judge(
                addresses,
                Hosts.compile(hosts),
                defaultSite,
                places,
                builder.listed(),
                all.stream().map(Standing::entrance).toList(),
                signInHost(hosts));
    }

    private static Site addSite(
            SiteSettings settings,
            PlaceBuilder builder,
            List<Place> places,
            Map<String, Site> hosts,
            Problems problems) {
        String name =
                settings.hosts().isEmpty() ? Site.UNNAMED : settings.hosts().get(0);
        int first = places.size();
        Place whole = builder.whole(settings, name);
        Locations<Place> locations = Locations.compile(
                whole, settings.locations(), (chain, around) -> builder.part(settings, around, chain), problems);
        String signIn = places.subList(first, places.size()).stream()
                .map(Place::signIn)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        Site site = new Site(name, locations, signIn);
        settings.hosts().forEach(host -> hosts.put(host, site));
        return site;
    }

    /** All sites and locations, by number. */
    List<Place> places() {
        return places;
    }

    /** The place of each site's front page, the default site's first, then in the order of the file. */
    List<Place> entrances() {
        return entrances;
    }

    /** The rules of all places, by number. */
    List<ListedRule> rules() {
        return rules;
    }

    /** How passwords are asked for, wherever one is. */
    List<AuthSettings> auths() {
        return places.stream().map(Place::auth).filter(Objects::nonNull).toList();
    }

    /** Whether a peer may say who its clients are. */
    boolean trusts(IpAddress peer) {
        return addresses.trusts(peer);
    }

    /** Whose request it is, for what is answered without a judgement. */
    ClientAddress client(Request request) {
        return addresses.find(request.direct(), request.headers());
    }

    /** How an address stands with every site. */
    List<Standing> standings(IpAddress client, Instant now) {
        return entrances.stream()
                .map(entrance -> Standing.of(entrance, client, now.getEpochSecond()))
                .toList();
    }

    /** Whether a Host is among the names in the conf file. */
    boolean isOurs(String host) {
        HostName name = HostName.parse(host);
        return name != null && sites.find(name) != null;
    }

    /**
     * What becomes of a request.
     *
     * @param now seconds since the epoch
     */
    public Verdict judge(Request request, long now) {
        ClientAddress client = addresses.find(request.direct(), request.headers());
        IpAddress address = client.address();
        if (address == null) {
            boolean trusted =
                    addresses.trusts(client.peer()) || request.direct().balancer() != null;
            return Verdict.refuse(client, trusted ? Refusal.NO_ADDRESS : Refusal.UNTRUSTED_PROXY, client.reason());
        }
        if (hasSmallLetter(request.method())) {
            return Verdict.refuse(client, Refusal.BAD_REQUEST, "the method has small letters");
        }
        HostName host = request.host() == null ? null : HostName.parse(request.host());
        if (host == null && request.host() != null) {
            return Verdict.refuse(client, Refusal.BAD_REQUEST, "the Host is malformed");
        }
        Site site = site(host);
        if (request.serverName() != null && !Objects.equals(site, site(HostName.parse(request.serverName())))) {
            return Verdict.refuse(client, Refusal.OTHER_SITE, host == null ? "" : host.name());
        }
        if (site == null) {
            return Verdict.refuse(client, Refusal.UNKNOWN_HOST, host == null ? "" : host.name());
        }
        if (request.path().equals(site.signIn())) {
            return signIn(request, client, address);
        }
        Place place;
        if (RequestPath.isPlain(request.path())) {
            place = site.locations().choose(request.path());
        } else {
            RequestPath path = RequestPath.of(request.path());
            if (path.problem() != null) {
                return Verdict.refuse(client, Refusal.BAD_REQUEST, path.problem());
            }
            place = site.locations().choose(path);
        }
        if (place == null) {
            return Verdict.refuse(
                    client, Refusal.BAD_REQUEST, "the path can be read in ways that lead to different locations");
        }
        if (place.appPath(request.path()) == null) {
            return Verdict.refuse(
                    client,
                    Refusal.BAD_REQUEST,
                    "the path can be read in ways that lead out of the app's replace_path");
        }
        Decision decision = place.decide(request, address, now);
        return conclude(request, client, site, host, place, decision);
    }

    /**
     * The page for those whom the rules keep out: for whoever comes by TLS and by themselves, since what is granted is the
     * address that they come from. Whatever changes something comes from the page itself.
     */
    private Verdict signIn(Request request, ClientAddress client, IpAddress address) {
        if (addresses.trusts(address) || addresses.isForwardedByStranger(request.direct(), request.headers())) {
            return Verdict.refuse(client, Refusal.HIDDEN_CLIENT, "a proxy stands between, which is not to be let in");
        }
        if (!scheme(request).equals("https")) {
            return Verdict.refuse(client, Refusal.NEEDS_HTTPS, "the sign-in page answers over https alone");
        }
        switch (request.method()) {
            case "GET", "HEAD" -> {
                return Verdict.answeredHere(client, SIGN_IN);
            }
            case "POST" -> {
                String stranger = strangeOrigin(request);
                return stranger == null
                        ? Verdict.answeredHere(client, SIGN_IN)
                        : Verdict.refuse(client, Refusal.FOREIGN_ORIGIN, stranger);
            }
            default -> {
                return Verdict.refuse(client, Refusal.BAD_METHOD, request.method());
            }
        }
    }

    /** A Host under which there is a sign-in page; empty if none has a name that can be written down. */
    String signInHost() {
        return signInHost;
    }

    private static String signInHost(Map<String, Site> hosts) {
        return hosts.entrySet().stream()
                .filter(named -> named.getValue().signIn() != null && Hosts.isName(named.getKey()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    private @Nullable Site site(@Nullable HostName host) {
        Site named = host == null ? null : sites.find(host);
        return named == null ? defaultSite : named;
    }

    /**
     * Methods differ by case (RFC 9110 section 9.1), so no rule for DELETE is about {@code delete}; but there are apps that
     * take the one for the other, MLflow among them. nginx refuses small letters as well.
     */
    private static boolean hasSmallLetter(String method) {
        for (int i = 0; i < method.length(); i++) {
            if (method.charAt(i) >= 'a' && method.charAt(i) <= 'z') {
                return true;
            }
        }
        return false;
    }

    private Verdict conclude(
            Request request,
            ClientAddress client,
            Site site,
            @Nullable HostName host,
            Place place,
            @Nullable Decision decision) {
        Entry others = place.entry(decision);
        Entry entry = place.satisfy().afterCertificate(others, request.certificate());
        if (entry == Entry.CLOSED
                && place.reportOnly()) { // which denies nobody for an address, and spares nobody the rest
            others = place.auth() == null ? Entry.OPEN : Entry.PASSWORD;
            entry = place.satisfy().afterCertificate(others, request.certificate());
        }
        if (entry == Entry.CLOSED) {
            return Verdict.refuse(client, place, decision, Refusal.DENIED, "");
        }
        if (entry == Entry.NO_CERTIFICATE) {
            return Verdict.refuse(client, place, decision, Refusal.NO_CERTIFICATE, "no certificate of client_ca_file");
        }
        if (place.hostMatters()) {
            String stranger = strangeHost(request, site, host);
            if (stranger != null) {
                return Verdict.refuse(client, place, decision, Refusal.UNKNOWN_HOST, stranger);
            }
        }
        if (place.upstream().originUpstream() && request.mayChangeSomething()) {
            List<String> origins = request.headers().lines("Origin");
            if (origins != null && !origins.isEmpty() && !isOwnOrigin(request, origins)) {
                return Verdict.refuse(client, place, decision, Refusal.FOREIGN_ORIGIN, origins.get(0));
            }
        }
        if (entry == Entry.PASSWORD) {
            return Verdict.ask(client, place, decision);
        }
        if (decision != null && request.certificate() == CertificateDoor.OPEN && place.satisfy() == Satisfy.ANY) {
            decision = decision.withoutTrial(); // it would have come in by its certificate
        }
        return others == Entry.OPEN
                ? Verdict.pass(client, place, decision)
                : Verdict.certified(client, place, decision);
    }

    /** The scheme that the client used: of the connection, or what a trusted proxy says. */
    public String scheme(Request request) {
        String forwarded = trustedLine(request, "X-Forwarded-Proto");
        if ("https".equalsIgnoreCase(forwarded)) {
            return "https";
        }
        return "http".equalsIgnoreCase(forwarded) ? "http" : request.scheme();
    }

    /** The Host that the client used: the one it sent, or what a trusted proxy says; null if there is none. */
    public @Nullable String host(Request request) {
        String forwarded = trustedLine(request, "X-Forwarded-Host");
        return forwarded != null && HostName.parse(forwarded) != null ? forwarded : request.host();
    }

    /** Whether the app is to see its own Origin in place of what the client sent. */
    boolean replacesOrigin(Request request, Place place) {
        if (!place.upstream().originUpstream()) {
            return false;
        }
        List<String> origins = request.headers().lines("Origin");
        return origins != null && !origins.isEmpty() && isOwnOrigin(request, origins);
    }

    /**
     * The Origin of a request that changes something here, if it is not our own page's, as which browsers say with every
     * such request; null if it is.
     */
    @Nullable
    String strangeOrigin(Request request) {
        List<String> origins = Objects.requireNonNullElse(request.headers().lines("Origin"), List.of());
        if (origins.isEmpty()) {
            return "(no Origin)"; // which every browser sends with a form
        }
        return isOwnOrigin(request, origins) ? null : String.join(" ", origins);
    }

    private boolean isOwnOrigin(Request request, List<String> origins) {
        String host = host(request);
        return host != null && origins.size() == 1 && HostName.sameOrigin(origins.get(0), scheme(request), host);
    }

    /** A header that only a trusted proxy may send, if it has exactly one value. */
    private @Nullable String trustedLine(Request request, String name) {
        if (!addresses.believes(request.direct())) {
            return null;
        }
        List<String> lines = request.headers().lines(name);
        return lines == null || lines.size() != 1 ? null : lines.get(0);
    }

    /**
     * A Host under which the app must not be reached: a DNS name that a stranger pointed here would carry an allowed
     * user's browser past the app's own check, because the app sees another Host. Both the Host that was sent and the
     * one that a proxy reports have to be known: a page can set the latter itself.
     */
    private @Nullable String strangeHost(Request request, Site site, @Nullable HostName host) {
        if (host == null) {
            return "";
        }
        if (!isKnown(host, site)) {
            return host.name();
        }
        String forwarded = host(request);
        HostName forwardedHost = forwarded == null ? null : HostName.parse(forwarded);
        return forwardedHost == null || isKnown(forwardedHost, site) ? null : forwardedHost.name();
    }

    private boolean isKnown(HostName host, Site site) {
        return host.isIpLiteral() || host.isLocalhost() || site.equals(sites.find(host));
    }
}

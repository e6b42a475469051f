package dev.ipgate.nginx;

import dev.ipgate.nginx.Contents.Content;
import dev.ipgate.nginx.LocationName.Kind;
import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import dev.ipgate.nginx.UpstreamImport.App;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes {@code locations} of a server's, nested ones too. */
final class LocationsImport {

    private static final int DEEPEST = 6; // a conf file is 20 levels deep at most
    private static final String CHALLENGES = "/.well-known/acme-challenge";

    /**
     * A location of nginx's.
     *
     * @param scope its level
     * @param name which paths
     * @param doors who may pass
     * @param content what answers
     * @param inner the locations in it
     */
    record Place(Scope scope, LocationName name, Doors doors, Content content, List<Place> inner) {

        /** The app, or null if nobody may pass. */
        @Nullable
        App app() {
            return content.app();
        }
    }

    /**
     * What the places around say, which a location inherits.
     *
     * @param doors who may pass
     * @param app the app
     */
    record Around(Doors doors, App app) {}

    private final DoorsImport doorsImport;
    private final Contents contents;
    private final Review review;
    private final Findings findings;
    private final Scope server;
    private final List<Scope> named;
    private final boolean regexes; // any, which might take a path that nginx redirects before it tries them
    private boolean understood = true;

    LocationsImport(DoorsImport doorsImport, Contents contents, Review review, Findings findings, Scope server) {
        this.doorsImport = doorsImport;
        this.contents = contents;
        this.review = review;
        this.findings = findings;
        this.server = server;
        this.named = server.here("location").stream()
                .map(location -> new Scope(server, location))
                .filter(scope -> LocationName.of(scope.own()).kind() == Kind.NAMED)
                .toList();
        this.regexes = hasRegex(server.directives());
    }

    private static boolean hasRegex(List<Directive> level) {
        return level.stream()
                .filter(line -> line.name().equals("location"))
                .anyMatch(location -> LocationName.of(location).isRegex() || hasRegex(Scope.flat(location.children())));
    }

    /** Whether every location was understood; if not, nobody may pass anywhere, as it may be one that keeps people out. */
    boolean understood() {
        return understood;
    }

    /** The locations of a level. */
    List<Place> read(Scope level) {
        return read(level, 0);
    }

    private List<Place> read(Scope level, int depth) {
        List<Place> places = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Directive location : level.here("location")) {
            LocationName name = LocationName.of(location);
            if (name.kind() == Kind.NAMED) {
                new Scope(level, location).directives().forEach(line -> review.of(line));
                findings.harmless(location, "is where nginx sends requests by itself");
            } else if (isChallenges(name) && findings.isSettled(location)) {
                Doors shut = Doors.shut("where a listener has acme_challenges, it answers here itself");
                places.add(new Place(new Scope(level, location), name, shut, new Content(null, ""), List.of()));
            } else if (name.neverMatches()) {
                findings.harmless(location, "never matches, as paths are tidied first");
            } else if (!name.isUnderstood() || depth >= DEEPEST) {
                findings.matters(
                        location,
                        name.isRegex()
                                ? "is no regular expression of RE2, which has no look-around and no back-references, so"
                                        + " nobody may pass in this server"
                                : "has a path that ipgate cannot compare, so nobody may pass in this server",
                        "write it in another way, and import again");
                understood = false;
            } else if (!seen.add(name.identity())) {
                findings.harmless(location, "is the same as one before it");
            } else {
                places.add(place(new Scope(level, location), name, depth));
            }
        }
        return List.copyOf(places);
    }

    static boolean isChallenges(LocationName name) {
        return !name.isRegex() && name.path().startsWith(CHALLENGES);
    }

    private Place place(Scope scope, LocationName name, int depth) {
        Doors doors = doorsAt(scope);
        Content content = contents.of(scope, name, named, doors, this::doorsAt);
        Doors real = content.app() == null ? Doors.shut(content.instead()) : doors;
        return new Place(scope, name, real, content, read(scope, depth + 1));
    }

    private Doors doorsAt(Scope scope) {
        return review.keepsOut(scope)
                ? Doors.shut("something in nginx's file may keep people out; import-nginx tells what")
                : DoorsImport.finished(doorsImport.of(scope, server));
    }

    /** The locations as the conf file has them: what differs from what is around them. */
    @Nullable
    Node node(List<Place> places, Around around) {
        List<Item> items = new ArrayList<>();
        for (Place place : places) {
            items.add(new Item(
                    table(place, around, place.name()), comments(place.scope().own()), ""));
            LocationName withoutSlash = withoutSlash(place, places);
            if (withoutSlash != null && (regexes || differs(place, around))) {
                Place same = new Place(place.scope(), withoutSlash, place.doors(), place.content(), List.of());
                items.add(new Item(
                        table(same, around, withoutSlash),
                        List.of("nginx sends this path on to " + place.name().path()),
                        ""));
            }
        }
        return items.isEmpty() ? null : new Items(items, false);
    }

    static List<String> comments(Directive directive) {
        List<String> all = new ArrayList<>(directive.above());
        if (!directive.beside().isEmpty()) {
            all.add(directive.beside());
        }
        return all;
    }

    /** {@code /x} for a location {@code /x/} with an app, where nginx has no location of its own for it. */
    private static @Nullable LocationName withoutSlash(Place place, List<Place> siblings) {
        String path = place.name().path();
        if (place.name().isRegex()
                || !path.endsWith("/")
                || path.length() < 2
                || !place.scope().has("proxy_pass")) {
            return null;
        }
        String shorter = path.substring(0, path.length() - 1);
        boolean taken = siblings.stream()
                .filter(other ->
                        !other.name().equals(place.name()) && !other.name().isRegex())
                .anyMatch(other -> other.name().path().equals(shorter)
                        || (other.name().path().equals(path) && place.name().isPrefix()));
        return taken ? null : new LocationName(Kind.EXACT, shorter);
    }

    private static boolean differs(Place place, Around around) {
        App app = place.app();
        return !place.doors().same(around.doors()) || (app != null && !app.same(around.app()));
    }

    private Table table(Place place, Around around, LocationName name) {
        Table table = new Table(true).put("path", new Scalar(name.path()));
        switch (name.kind()) {
            case EXACT -> table.put("match", "exact");
            case PREFIX_BEFORE_REGEX -> table.put("before_regex", "true");
            case REGEX -> table.put("match", "regex");
            case REGEX_IGNORING_CASE -> table.put("match", "regex").put("ignore_case", "true");
            default -> {}
        }
        Doors here = doors(place.doors(), around.doors(), table);
        App app = place.app();
        if (app != null && !app.same(around.app())) {
            table.put("upstream", app.node());
        }
        Node inner = node(place.inner(), new Around(here, app == null ? around.app() : app));
        if (inner != null) {
            table.put("locations", inner);
        }
        return table.tidy();
    }

    /** Writes who may pass here where it differs, and gives what then holds for locations in it. */
    static Doors doors(Doors here, Doors around, Table table) {
        boolean password = here.password() != null;
        boolean bare = here.rules() == null && around.rules() != null;
        Doors wanted =
                bare ? new Doors(List.of(Rule.allowAll("the password alone decides")), here.password(), false) : here;
        if (!Objects.equals(wanted.password(), around.password())) {
            table.put(
                    "auth",
                    wanted.password() == null
                            ? new Scalar("off")
                            : wanted.password().node());
        }
        boolean two = wanted.rules() != null && password;
        if (two && wanted.any() != around.any()) {
            table.put("satisfy", wanted.any() ? "any" : "all");
        }
        List<Rule> rules = wanted.rules();
        if (rules != null && !Doors.same(rules, around.rules())) {
            table.put("rules", Rule.node(rules));
        }
        return new Doors(wanted.rules(), wanted.password(), two ? wanted.any() : around.any());
    }
}

package dev.ipgate.nginx;

import dev.ipgate.nginx.LocationName.Kind;
import dev.ipgate.nginx.LocationsImport.Around;
import dev.ipgate.nginx.LocationsImport.Place;
import dev.ipgate.nginx.Node.Item;
import dev.ipgate.nginx.Node.Items;
import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import dev.ipgate.nginx.UpstreamImport.App;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a site of a server that has an app. */
final class SiteImport {

    private static final String NOT_UNDERSTOOD =
            "something in nginx's file may keep people out; import-nginx tells what";

    private static final String ANY_NAME = "~^";

    private final DoorsImport doorsImport;
    private final Conditions conditions;
    private final UpstreamImport upstreams;
    private final Review review;
    private final Findings findings;

    SiteImport(
            DoorsImport doorsImport,
            Conditions conditions,
            UpstreamImport upstreams,
            Review review,
            Findings findings) {
        this.doorsImport = doorsImport;
        this.conditions = conditions;
        this.upstreams = upstreams;
        this.review = review;
        this.findings = findings;
    }

    /**
     * Writes the site's keys into a table.
     *
     * @param names by which it is chosen
     * @param othersHaveRegexes whether other sites are chosen by regular expressions
     * @param shut why nobody may pass, whatever the server says; empty for no reason
     * @return whether it has an app; without one nothing is written
     */
    boolean write(Scope scope, List<String> names, boolean othersHaveRegexes, String shut, Table table) {
        Contents contents = new Contents(upstreams, findings);
        LocationsImport locations = new LocationsImport(doorsImport, contents, review, findings, scope);
        List<Place> places = locations.read(scope);
        Place root = root(places);
        App app = root == null ? firstApp(places) : root.app();
        if (app == null) {
            return false;
        }
        List<String> rewrites = rewrites(scope, places);
        boolean understood = locations.understood() && conditions.of(scope).understood && rewrites != null;
        boolean keepsOut = review.keepsOut(scope) || !understood;
        Doors doors = root == null ? Doors.shut("nginx has no app at paths that no location names") : root.doors();
        doors = keepsOut ? Doors.shut(NOT_UNDERSTOOD) : shut.isEmpty() ? doors : Doors.shut(shut);
        App plain = app.replacesPath() ? new App(app.place(), app.urls(), "client", false) : app;
        List<Place> others = new ArrayList<>(places);
        if (root != null && !app.replacesPath() && root.inner().isEmpty()) {
            others.remove(root);
        }
        hosts(scope, names, app, othersHaveRegexes, table);
        table.put("upstream", plain.node());
        Doors written = doors(doors, table);
        if (!keepsOut && shut.isEmpty()) {
            locations(locations.node(others, new Around(written, plain)), rewrites, written, table);
        }
        return true;
    }

    /**
     * Where the app sees another Host than the client's, ipgate asks for one that it knows, and nginx for none. A regular
     * expression that holds every name would take those that other sites have by regular expressions: then there is none.
     */
    private void hosts(Scope server, List<String> names, App app, boolean othersHaveRegexes, Table table) {
        if (!names.isEmpty()) {
            table.put("hosts", names.size() == 1 ? new Scalar(names.get(0)) : Items.inline(names));
        } else if (!app.hostHeader().equals("client") && othersHaveRegexes) {
            findings.matters(
                    server.own(),
                    "has no name, and the app sees another Host than the client's: ipgate then answers 421 to names that"
                            + " it does not know",
                    "write the names that people type under hosts, or host_header: client");
        } else if (!app.hostHeader().equals("client")) {
            table.put(
                    "hosts",
                    new Scalar(ANY_NAME),
                    List.of(),
                    "every name, as with nginx; safer: only those that people type");
        }
    }

    private static void locations(@Nullable Node node, @Nullable List<String> rewrites, Doors around, Table table) {
        List<Item> all = new ArrayList<>();
        for (String regex : rewrites == null ? List.<String>of() : rewrites) {
            Table refused = new Table(true).put("path", regex).put("match", "regex");
            LocationsImport.doors(Doors.shut(""), around, refused);
            all.add(new Item(refused, List.of(), "nginx redirects these"));
        }
        if (node instanceof Items items) {
            all.addAll(items.items());
        }
        if (!all.isEmpty()) {
            table.put("locations", new Items(all, false));
        }
    }

    private static Doors doors(Doors doors, Table table) {
        return LocationsImport.doors(doors, new Doors(null, null, false), table);
    }

    /** The location of all paths, which is what the site says itself. */
    private static @Nullable Place root(List<Place> places) {
        boolean regex = places.stream().anyMatch(place -> place.name().isRegex());
        return places.stream()
                .filter(place -> place.name().path().equals("/") && place.app() != null)
                .filter(place -> place.name().kind() == Kind.PREFIX
                        || (place.name().kind() == Kind.PREFIX_BEFORE_REGEX && !regex))
                .findFirst()
                .orElse(null);
    }

    private static @Nullable App firstApp(List<Place> places) {
        for (Place place : places) {
            App app = place.app() != null ? place.app() : firstApp(place.inner());
            if (app != null) {
                return app;
            }
        }
        return null;
    }

    /** The paths that nginx sends elsewhere; null if they cannot be told, so that nobody may pass. */
    private @Nullable List<String> rewrites(Scope scope, List<Place> places) {
        List<String> regexes = new ArrayList<>();
        boolean firm = places.stream()
                .anyMatch(place ->
                        place.name().kind() == Kind.EXACT || place.name().kind() == Kind.PREFIX_BEFORE_REGEX);
        for (Directive rewrite : scope.here("rewrite")) {
            String regex = rewrite.argument(0);
            boolean redirect = rewrite.argument(2).matches("permanent|redirect")
                    || rewrite.argument(1).matches("(?i)https?://.*|\\$scheme.*");
            boolean understood = redirect && !firm && new LocationName(Kind.REGEX, regex).isUnderstood();
            if (!understood) {
                findings.matters(
                        rewrite,
                        "changes paths before a location is chosen, which ipgate does not, so nobody may pass",
                        "have the app do it, take this out, and import again");
                return null;
            }
            findings.matters(
                    rewrite,
                    "redirects, which ipgate does not, so nobody may pass at these paths",
                    "have the app do it");
            regexes.add(regex);
        }
        return regexes;
    }
}

package dev.ipgate.nginx;

import dev.ipgate.nginx.RulesImport.Rules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds who may pass at a place: rules, passwords, {@code satisfy}, conditions and {@code limit_except} together. */
final class DoorsImport {

    private static final String NO_RULES = "nginx has no allow or deny here";
    private static final String NOT_UNDERSTOOD =
            "something in nginx's file may keep people out; import-nginx tells what";

    private final RulesImport rules;
    private final Conditions conditions;
    private final Review review;
    private final Path prefix;
    private final Findings findings;

    DoorsImport(RulesImport rules, Conditions conditions, Review review, Path prefix, Findings findings) {
        this.rules = rules;
        this.conditions = conditions;
        this.review = review;
        this.prefix = prefix;
        this.findings = findings;
    }

    /** @param server the server that the place is in, or the place itself */
    Doors of(Scope place, Scope server) {
        Doors doors = plain(place);
        if (doors == null) {
            return Doors.shut(NOT_UNDERSTOOD);
        }
        Directive except = place.lastHere("limit_except");
        if (except != null) {
            doors = limitExcept(except, place, doors);
        }
        Conditions.Result here = conditions.of(server);
        return withConditions(place == server ? here : here.and(conditions.of(place)), doors);
    }

    /** Rules and password as they are in force, where nginx has no rules an empty list; null if they are not understood. */
    private @Nullable Doors plain(Scope place) {
        Rules inForce = rules.of(place);
        Password.InForce password = Password.of(place, prefix, findings);
        if (!inForce.understood() || !password.understood()) {
            return null;
        }
        boolean any = place.value("satisfy", "all").equals("any");
        return new Doors(inForce.rules(), password.password(), any);
    }

    private static Doors withConditions(Conditions.Result result, Doors doors) {
        boolean nothing = result.addresses.isEmpty() && result.deniedMethods.isEmpty() && result.onlyMethods == null;
        if (!result.understood) {
            return Doors.shut(NOT_UNDERSTOOD);
        }
        if (nothing || doors.isShut()) {
            return doors;
        }
        if (doors.any() && doors.password() != null) {
            return Doors.shut(NOT_UNDERSTOOD); // what is refused before any door is asked must not pass by a password
        }
        List<Rule> list = doors.rules() == null ? List.of() : doors.rules();
        List<AddressValues.Denied> addresses = new ArrayList<>(result.addresses);
        addresses.sort(Comparator.comparing(AddressValues.Denied::onlyDenies)); // those that say who passes come last
        for (AddressValues.Denied denied : addresses) {
            if (!denied.onlyDenies() && !isOpen(list)) {
                return Doors.shut(NOT_UNDERSTOOD);
            }
            List<Rule> with = new ArrayList<>(denied.named());
            with.addAll(denied.onlyDenies() ? list : List.of());
            if (denied.deniesOthers()) {
                with.add(Rule.denyAll(""));
            }
            list = with;
        }
        return new Doors(withMethods(result, list), doors.password(), doors.any());
    }

    private static List<Rule> withMethods(Conditions.Result result, List<Rule> list) {
        List<Rule> with = new ArrayList<>();
        List<String> only = result.onlyMethods;
        List<String> denied = new ArrayList<>(result.deniedMethods);
        if (only != null && only.contains("GET") && !only.contains("HEAD")) {
            denied.add("HEAD"); // of which ipgate thinks when it reads GET
        }
        if (!denied.isEmpty()) {
            with.addAll(Doors.onlyFor(List.copyOf(denied), List.of(Rule.denyAll(""))));
        }
        if (only == null) {
            with.addAll(list);
        } else {
            with.addAll(Doors.onlyFor(only, closed(list, false)));
            with.add(Rule.denyAll(""));
        }
        return with;
    }

    /** The list with what nginx does at its end. */
    private static List<Rule> closed(List<Rule> list, boolean passwordDecides) {
        if (!list.isEmpty() && list.stream().anyMatch(Rule::namesEverybody)) {
            return list;
        }
        List<Rule> closed = new ArrayList<>(list);
        closed.add(passwordDecides ? Rule.denyAll("") : Rule.allowAll(list.isEmpty() ? NO_RULES : Doors.FAILS_OPEN));
        return closed;
    }

    /** The rules as the conf file has them: an end that nginx leaves open is written. */
    static Doors finished(Doors doors) {
        List<Rule> list = doors.rules() == null ? List.of() : doors.rules();
        boolean password = doors.password() != null;
        if (list.isEmpty() && password) {
            return new Doors(null, doors.password(), false);
        }
        return new Doors(
                password && doors.any() ? list : closed(list, false), doors.password(), password && doors.any());
    }

    private Doors limitExcept(Directive except, Scope place, Doors listed) {
        Scope scope = new Scope(place, except);
        Doors plain = understood(scope) ? plain(scope) : null;
        Doors others = plain == null ? Doors.shut(NOT_UNDERSTOOD) : plain;
        if (others.same(listed)) {
            return listed;
        }
        List<String> methods = except.arguments().stream()
                .filter(method -> !method.equals("HEAD") || !except.arguments().contains("GET"))
                .distinct()
                .toList();
        if (Objects.equals(listed.password(), others.password())) {
            boolean any = listed.any() && listed.password() != null;
            List<Rule> both = new ArrayList<>(Doors.onlyFor(methods, closed(orNone(listed), any)));
            both.addAll(any ? orNone(others) : closed(orNone(others), false));
            return new Doors(both, listed.password(), listed.any());
        }
        boolean open = listed.password() == null && isOpen(orNone(listed));
        if (open && others.password() != null && (others.any() || isOpen(orNone(others)))) {
            List<Rule> both = new ArrayList<>(Doors.onlyFor(methods, List.of(Rule.allowAll(""))));
            both.addAll(others.any() ? orNone(others) : List.of());
            return new Doors(both, others.password(), true);
        }
        if (listed.any() && listed.password() != null) {
            return Doors.shut(NOT_UNDERSTOOD);
        }
        if (!isShut(orNone(others))) {
            findings.matters(
                    except,
                    "asks for another password than the rest, which ipgate cannot; nobody may pass with other methods",
                    "give these paths one auth");
        }
        List<Rule> both = new ArrayList<>(Doors.onlyFor(methods, closed(orNone(listed), false)));
        both.add(Rule.denyAll(""));
        return new Doors(both, listed.password(), listed.any());
    }

    /** Whether nothing of what is left out may keep somebody out; it is told. */
    private boolean understood(Scope scope) {
        Directive pass = scope.lastHere("proxy_pass");
        if (pass != null) {
            findings.matters(
                    pass,
                    "sends other methods to an app of their own, which ipgate cannot, so nobody may pass with them",
                    "have one app for all methods");
        }
        return !review.keepsOut(scope) && pass == null;
    }

    /** Whether the list lets everybody in, as one does that has no line. */
    private static boolean isOpen(List<Rule> list) {
        return list.isEmpty() || (list.get(0).allow() && list.get(0).namesEverybody());
    }

    private static boolean isShut(List<Rule> list) {
        return !list.isEmpty() && !list.get(0).allow() && list.get(0).namesEverybody();
    }

    private static List<Rule> orNone(Doors doors) {
        @Nullable List<Rule> list = doors.rules();
        return list == null ? List.of() : list;
    }
}

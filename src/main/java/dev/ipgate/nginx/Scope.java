package dev.ipgate.nginx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A level of nginx's configuration, {@code http}, {@code server} or {@code location}, with the levels around it. */
final class Scope {

    private final @Nullable Scope parent;
    private final Directive own;
    private final List<Directive> flat;

    /**
     * Makes one.
     *
     * @param parent the level around it; null for none
     * @param own the directive whose block this is
     */
    Scope(@Nullable Scope parent, Directive own) {
        this.parent = parent;
        this.own = own;
        this.flat = flat(own.children());
    }

    /** Directives, with those of included files in place of {@code include}. */
    static List<Directive> flat(List<Directive> directives) {
        List<Directive> flat = new ArrayList<>();
        for (Directive directive : directives) {
            if (directive.name().equals("include")) {
                flat.addAll(flat(directive.children()));
            } else {
                flat.add(directive);
            }
        }
        return flat;
    }

    @Nullable
    Scope parent() {
        return parent;
    }

    /** The directive whose block this is. */
    Directive own() {
        return own;
    }

    /** What stands here as it stands, includes as such. */
    List<Directive> raw() {
        return own.children();
    }

    /** What stands here, what is included too. */
    List<Directive> directives() {
        return flat;
    }

    /** All directives of a name at this very level. */
    List<Directive> here(String name) {
        return flat.stream().filter(directive -> directive.name().equals(name)).toList();
    }

    /** The last directive of a name at this very level; null if there is none. */
    @Nullable
    Directive lastHere(String name) {
        List<Directive> all = here(name);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    boolean has(String name) {
        return lastHere(name) != null;
    }

    /** The directive that is in force: this level's, or that of the nearest level around it that has one. */
    @Nullable
    Directive find(String name) {
        Scope level = nearest(name);
        return level == null ? null : level.lastHere(name);
    }

    /** The argument of the directive in force, or what holds without one. */
    String value(String name, String otherwise) {
        Directive directive = find(name);
        return directive == null ? otherwise : directive.argument(0);
    }

    boolean isOn(String name) {
        return value(name, "off").equals("on");
    }

    /** The directives of the nearest level that has any of these names: one level's replace those around it. */
    List<Directive> findAll(String name) {
        Scope level = nearest(name);
        return level == null ? List.of() : level.here(name);
    }

    /** This level, or the nearest around it, that has a directive of one of these names. */
    @Nullable
    Scope nearest(String... names) {
        for (Scope level = this; level != null; level = level.parent) {
            for (String name : names) {
                if (level.has(name)) {
                    return level;
                }
            }
        }
        return null;
    }
}

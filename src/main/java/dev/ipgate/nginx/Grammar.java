package dev.ipgate.nginx;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What nginx wants of the directives that decide who gets in: a missing semicolon shows in too many arguments. */
final class Grammar {

    /** How many arguments, and whether there is a block. */
    private record Shape(int least, int most, boolean block) {}

    private static final int ANY = Integer.MAX_VALUE;
    private static final Shape ONE = new Shape(1, 1, false);
    private static final Shape TWO = new Shape(2, 2, false);

    private static final Map<String, Shape> SHAPES = Map.ofEntries(
            Map.entry("http", new Shape(0, 0, true)),
            Map.entry("server", new Shape(0, 0, true)),
            Map.entry("location", new Shape(1, 2, true)),
            Map.entry("upstream", new Shape(1, 1, true)),
            Map.entry("limit_except", new Shape(1, ANY, true)),
            Map.entry("if", new Shape(1, ANY, true)),
            Map.entry("geo", new Shape(1, 2, true)),
            Map.entry("map", new Shape(2, 2, true)),
            Map.entry("listen", new Shape(1, ANY, false)),
            Map.entry("server_name", new Shape(1, ANY, false)),
            Map.entry("return", new Shape(1, 2, false)),
            Map.entry("include", ONE),
            Map.entry("allow", ONE),
            Map.entry("deny", ONE),
            Map.entry("satisfy", ONE),
            Map.entry("auth_basic", ONE),
            Map.entry("auth_basic_user_file", ONE),
            Map.entry("auth_delay", ONE),
            Map.entry("auth_request", ONE),
            Map.entry("set_real_ip_from", ONE),
            Map.entry("real_ip_header", ONE),
            Map.entry("real_ip_recursive", ONE),
            Map.entry("proxy_pass", ONE),
            Map.entry("set", TWO),
            Map.entry("proxy_set_header", TWO),
            Map.entry("client_max_body_size", ONE),
            Map.entry("ssl_certificate", ONE),
            Map.entry("ssl_certificate_key", ONE),
            Map.entry("ssl_verify_client", ONE),
            Map.entry("proxy_read_timeout", ONE),
            Map.entry("proxy_connect_timeout", ONE),
            Map.entry("keepalive_timeout", new Shape(1, 2, false)),
            Map.entry("root", ONE),
            Map.entry("alias", ONE));

    /** Blocks that hold directives; in all others their first words are data. */
    private static final Set<String> HOLD_DIRECTIVES = Set.of("http", "server", "location", "if", "limit_except");

    private Grammar() {}

    /** Whether a word at the beginning of a line is a directive of its own, whatever stands before it. */
    static boolean surelyBegins(String word, @Nullable String around) {
        return holdsDirectives(around) && SHAPES.containsKey(word);
    }

    /** What is wrong with a directive's form; null for nothing. */
    static @Nullable String whatIsWrong(String name, int arguments, boolean block, @Nullable String around) {
        Shape shape = name.equals("include") ? ONE : SHAPES.get(name);
        if (shape == null || (!holdsDirectives(around) && !name.equals("include"))) {
            return null;
        }
        if (arguments < shape.least()) {
            return "lacks an argument";
        }
        if (shape.block() != block) {
            return block ? "takes no block; a \";\" is missing" : "lacks its block in braces";
        }
        return arguments > shape.most()
                ? "has " + arguments + " arguments, but takes "
                        + (shape.most() == 0 ? "none" : String.valueOf(shape.most()))
                        + "; is a \";\" or a quote missing?"
                : null;
    }

    private static boolean holdsDirectives(@Nullable String around) {
        return around == null || HOLD_DIRECTIVES.contains(around);
    }
}

package dev.ipgate.nginx;

import dev.ipgate.problem.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directive of nginx's configuration, as it stands: variables are text.
 *
 * @param name its first word, such as {@code allow}
 * @param arguments the words behind it, without their quotes and escapes
 * @param block what stands in its braces; what an {@code include} brings in; null for a directive that ends in a semicolon
 * @param at where its name stands
 * @param above the lines of comment right above it, without their {@code #}
 * @param beside the comment behind it on its line, without its {@code #}; empty for none
 */
public record Directive(
        String name,
        List<String> arguments,
        @Nullable List<Directive> block,
        Position at,
        List<String> above,
        String beside) {

    /** What stands in its braces; empty if it has none. */
    public List<Directive> children() {
        return block == null ? List.of() : block;
    }

    /** An argument by its index from 0, or empty text where there are fewer. */
    public String argument(int index) {
        return index >= 0 && index < arguments.size() ? arguments.get(index) : "";
    }

    @Override
    public String toString() {
        return arguments.isEmpty() ? name : name + " " + String.join(" ", arguments);
    }
}

package dev.ipgate.nginx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what {@code if} refuses: by address, as {@code geo} and {@code map} tell them apart, or by method. */
final class Conditions {

    private static final Pattern METHODS = Pattern.compile("\\^\\(?([A-Z]+(?:\\|[A-Z]+)*)\\)?\\$");
    private static final int DEEPEST = 5; // maps of maps
    private static final Set<String> CHANGES_NO_ACCESS = Set.of(
            "set",
            "add_header",
            "access_log",
            "expires",
            "limit_rate",
            "limit_rate_after",
            "gzip",
            "etag",
            "error_page",
            "log_not_found");

    /** What the conditions of one level come to. */
    static final class Result {
        final List<AddressValues.Denied> addresses = new ArrayList<>();
        final List<String> deniedMethods = new ArrayList<>();

        @Nullable
        List<String> onlyMethods;

        boolean certificate; // a client's certificate is asked for
        boolean understood = true;

        /** What both refuse. */
        Result and(Result other) {
            Result both = new Result();
            both.addresses.addAll(addresses);
            both.addresses.addAll(other.addresses);
            both.deniedMethods.addAll(deniedMethods);
            both.deniedMethods.addAll(other.deniedMethods);
            both.onlyMethods = onlyMethods == null ? other.onlyMethods : onlyMethods;
            both.certificate = certificate || other.certificate;
            both.understood = understood && other.understood && (onlyMethods == null || other.onlyMethods == null);
            return both;
        }
    }

    private final Map<String, Directive> variables = new HashMap<>();
    private final Map<Scope, Result> known = new HashMap<>();
    private final Names names;
    private final Findings findings;

    /** @param http where {@code geo} and {@code map} stand */
    Conditions(Scope http, Names names, Findings findings) {
        this.names = names;
        this.findings = findings;
        for (Directive directive : http.directives()) {
            if (directive.name().equals("geo") || directive.name().equals("map")) {
                variables.put(directive.argument(directive.arguments().size() - 1), directive);
            }
        }
    }

    /** The words of a condition: a variable, or a variable, an operator and a value. */
    static List<String> words(Directive condition) {
        String text = String.join("\u0000", condition.arguments());
        text = text.startsWith("(") ? text.substring(1) : text;
        text = text.endsWith(")") ? text.substring(0, text.length() - 1) : text;
        return Arrays.stream(text.split("\u0000", -1))
                .filter(word -> !word.isEmpty() || condition.arguments().contains(""))
                .toList();
    }

    /** What the conditions at one level refuse. */
    Result of(Scope scope) {
        return known.computeIfAbsent(scope, this::read);
    }

    private Result read(Scope scope) {
        Result result = new Result();
        for (Directive condition : scope.here("if")) {
            List<Directive> body = Scope.flat(condition.children());
            if (findings.isSettled(condition)) {
                continue; // a redirect to https, which the listener does
            }
            if (body.stream().allMatch(line -> CHANGES_NO_ACCESS.contains(line.name()))) {
                body.forEach(line -> findings.harmless(line, "holds for some requests only, and keeps nobody out"));
                findings.harmless(condition, "keeps nobody out");
            } else if (!refuses(body) || !read(words(condition), scope, result)) {
                findings.matters(
                        condition,
                        "may keep somebody out in a way that ipgate does not know, so nobody may pass where it holds",
                        "say it with rules, locations or another server, and import again");
                result.understood = false;
            }
        }
        return result;
    }

    /** Whether this is all that a block does: it refuses. */
    private static boolean refuses(List<Directive> body) {
        return body.stream()
                        .allMatch(line ->
                                line.name().equals("return") || line.name().equals("access_log"))
                && body.stream()
                        .anyMatch(line ->
                                line.name().equals("return") && line.argument(0).matches("4[0-9][0-9]"));
    }

    private boolean read(List<String> words, Scope scope, Result result) {
        String variable = words.isEmpty() ? "" : words.get(0);
        String operator = words.size() > 1 ? words.get(1) : "";
        String value = words.size() > 2 ? words.get(2) : "";
        if (words.size() != 1 && words.size() != 3) {
            return false;
        }
        switch (variable) {
            case "$request_method" -> {
                return methods(operator, value, result);
            }
            case "$ssl_client_verify" -> {
                boolean needed = operator.equals("!=") && value.equals("SUCCESS") && asksForCertificates(scope);
                result.certificate |= needed;
                return needed;
            }
            case "$remote_addr" -> {
                return address(operator, value, result);
            }
            default -> {
                return variable(variable, operator, value, result);
            }
        }
    }

    /** Whether all clients of a server are asked for certificates, so that the listener can insist on them. */
    private static boolean asksForCertificates(Scope scope) {
        return scope.own().name().equals("server")
                && scope.value("ssl_verify_client", "off").matches("on|optional")
                && scope.find("ssl_client_certificate") != null
                && scope.has("listen")
                && scope.here("listen").stream()
                        .allMatch(listen -> listen.arguments().contains("ssl"));
    }

    private static boolean methods(String operator, String value, Result result) {
        Matcher matcher = METHODS.matcher(value);
        boolean expression = operator.startsWith("~") || operator.startsWith("!~");
        if (operator.endsWith("*") || !(expression ? matcher.matches() : value.matches("[A-Z]+"))) {
            return false;
        }
        List<String> listed = expression ? List.of(matcher.group(1).split("\\|")) : List.of(value);
        if (!operator.startsWith("!")) {
            result.deniedMethods.addAll(listed);
            return true;
        }
        if (result.onlyMethods != null) {
            return false;
        }
        result.onlyMethods = listed;
        return true;
    }

    private boolean address(String operator, String value, Result result) {
        Address address = Address.read(value);
        boolean single = address != null && address.note().isEmpty() && value.indexOf('/') < 0;
        if (address == null || !single || address.is(Address.Kind.MAPPED) || !operator.matches("!?=")) {
            return false;
        }
        boolean allow = operator.equals("!=");
        Rule rule = new Rule(allow, address.text(), List.of(), List.of(), "");
        result.addresses.add(new AddressValues.Denied(List.of(rule), allow, !allow));
        return !address.is(Address.Kind.EVERYBODY);
    }

    /** What a variable says of addresses; null if it goes by anything else. */
    private @Nullable AddressValues values(Directive source, int depth) {
        AddressValues own = AddressValues.read(source);
        Directive of = own == null && source.name().equals("map") ? variables.get(source.argument(0)) : null;
        AddressValues before = of == null || depth > DEEPEST ? null : values(of, depth + 1);
        if (before != null) {
            findings.settled(before.source());
        }
        return before == null ? own : before.mapped(source);
    }

    private boolean variable(String variable, String operator, String value, Result result) {
        Directive source = variables.get(variable);
        AddressValues values = source == null ? null : values(source, 0);
        Predicate<String> condition = switch (operator) {
            case "" -> one -> !one.isEmpty() && !one.equals("0");
            case "=" -> one -> one.equals(value);
            case "!=" -> one -> !one.equals(value);
            default -> null;
        };
        AddressValues.Denied denied = values == null || condition == null ? null : values.denied(condition, names);
        if (denied != null && source != null) {
            findings.settled(source);
            result.addresses.add(denied);
        }
        return denied != null;
    }
}

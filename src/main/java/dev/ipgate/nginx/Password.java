package dev.ipgate.nginx;

import dev.ipgate.nginx.Node.Table;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a password is asked for.
 *
 * @param realm what the browser shows; empty for ipgate's own
 * @param file the users file
 * @param header in which the app learns who it is; empty for none
 * @param delay how long the answer to a wrong one waits; empty for ipgate's own
 */
record Password(String realm, String file, String header, String delay) {

    private static final int LONGEST_REALM = 100;

    /** What is in force at a level. */
    record InForce(@Nullable Password password, boolean understood) {}

    static InForce of(Scope scope, Path prefix, Findings findings) {
        Directive basic = scope.find("auth_basic");
        if (basic == null || basic.argument(0).equals("off")) {
            return new InForce(null, true);
        }
        Directive users = scope.find("auth_basic_user_file");
        if (users == null) {
            findings.matters(
                    basic,
                    "has no auth_basic_user_file, so nginx asks for no password; neither does ipgate",
                    "name one");
            return new InForce(null, true);
        }
        if (users.argument(0).indexOf('$') >= 0) {
            findings.matters(
                    users,
                    "is another file for each request, which ipgate does not know, so nobody may pass",
                    "write one users file");
            return new InForce(null, false);
        }
        String realm = basic.argument(0);
        if (realm.indexOf('$') >= 0) {
            findings.matters(
                    basic,
                    "may switch the password off for some; ipgate always asks",
                    "say who needs none: rules and satisfy: any");
            realm = "";
        }
        realm = realm.codePoints().anyMatch(Character::isISOControl) || realm.isBlank() ? "" : realm;
        realm = realm.length() > LONGEST_REALM ? realm.substring(0, LONGEST_REALM) : realm;
        Directive delay = scope.find("auth_delay");
        Duration wait = delay == null ? null : Units.time(delay.argument(0));
        boolean usable = wait != null && wait.compareTo(Duration.ofMinutes(1)) <= 0 && !wait.isZero();
        if (delay != null && !usable && wait != null && !wait.isZero()) {
            findings.harmless(delay, "is longer than ipgate lets a wrong password wait, a minute; it waits 1s");
        }
        return new InForce(
                new Password(
                        realm,
                        prefix.resolve(users.argument(0)).toString(),
                        userHeader(scope),
                        usable && wait != null && !wait.equals(Duration.ofSeconds(1)) ? Units.text(wait) : ""),
                true);
    }

    private static String userHeader(Scope scope) {
        return scope.findAll("proxy_set_header").stream()
                .filter(header -> header.argument(1).equals("$remote_user") && canCarryUser(header.argument(0)))
                .map(header -> header.argument(0))
                .findFirst()
                .orElse("");
    }

    /** Whether a header can have no other meaning; it is then dropped from what clients send, too. */
    static boolean canCarryUser(String header) {
        return header.matches(
                "(?i)x-forwarded-user|(?!x-forwarded)(x[_-])?(remote|web|webauth|auth|forwarded)[_-]user");
    }

    Node node() {
        Table table = new Table(true);
        if (!realm.isEmpty() && !realm.equals("ipgate")) {
            table.put("realm", realm);
        }
        table.put("users_file", file);
        if (!header.isEmpty()) {
            table.put("user_header", header);
        }
        if (!delay.isEmpty()) {
            table.put("attempts", new Table(true).put("delay", delay));
        }
        return table;
    }
}

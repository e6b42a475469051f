package dev.ipgate.nginx;

import dev.ipgate.nginx.Node.Scalar;
import dev.ipgate.nginx.Node.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes {@code limits}, which hold for all sites: where nginx has several, the largest. */
final class LimitsImport {

    private static final long DEFAULT_BODY = 1 << 20;
    private static final long LEAST_HEADERS = 1 << 10;
    private static final long MOST_HEADERS = 1 << 20;
    private static final long DEFAULT_HEADERS = 32 << 10;

    private final Findings findings;

    LimitsImport(Findings findings) {
        this.findings = findings;
    }

    /** The limits; null if there is nothing to say. */
    @Nullable
    Node node(List<Scope> servers) {
        Table table = new Table(false);
        if (!servers.isEmpty()) {
            body(servers, table);
        }
        Directive buffers = first(servers, "large_client_header_buffers");
        if (buffers != null) {
            long number = Math.max(0, Units.size(buffers.argument(0)));
            long bytes = number * Math.max(0, Units.size(buffers.argument(1)));
            bytes = Math.min(MOST_HEADERS, Math.max(LEAST_HEADERS, bytes));
            if (bytes != DEFAULT_HEADERS) {
                table.put("header_bytes", Units.text(bytes));
            }
        }
        time(servers, "client_header_timeout", "request_head_timeout", Duration.ofSeconds(10), table);
        time(servers, "keepalive_timeout", "idle_timeout", Duration.ofSeconds(75), table);
        return table.entries().isEmpty() ? null : table;
    }

    private void body(List<Scope> servers, Table table) {
        List<Directive> all = new ArrayList<>();
        boolean unlimited = false;
        long largest = 0;
        boolean unsaid = false;
        for (Scope server : servers) {
            Directive said = server.find("client_max_body_size");
            unsaid |= said == null;
            largest = Math.max(largest, said == null ? DEFAULT_BODY : 0);
            gather(server, said, all);
        }
        for (Directive directive : all) {
            long size = Units.size(directive.argument(0));
            unlimited |= size == 0;
            largest = Math.max(largest, size);
        }
        for (Directive directive : all) {
            long size = Units.size(directive.argument(0));
            if (size != 0 && (unlimited || size < largest)) {
                findings.matters(
                        directive,
                        "is less than elsewhere, and ipgate has one limit for all, the largest",
                        "set limits.request_body to what all can live with");
            }
        }
        if (!unlimited) {
            boolean said = all.stream().anyMatch(directive -> Units.size(directive.argument(0)) > 0);
            table.put(
                    "request_body",
                    new Scalar(Units.text(Math.max(1, largest))),
                    List.of(),
                    said || !unsaid ? "" : "nginx's default; ipgate's is unlimited");
        }
    }

    private static void gather(Scope level, @Nullable Directive inForce, List<Directive> all) {
        if (inForce != null && !all.contains(inForce)) {
            all.add(inForce);
        }
        for (Directive location : level.here("location")) {
            Scope inner = new Scope(level, location);
            gather(inner, inner.lastHere("client_max_body_size"), all);
        }
    }

    private static @Nullable Directive first(List<Scope> servers, String name) {
        return servers.stream()
                .map(server -> server.find(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private void time(List<Scope> servers, String name, String key, Duration usual, Table table) {
        Directive directive = first(servers, name);
        Duration time = directive == null ? null : Units.time(directive.argument(0));
        if (directive == null || time == null || time.equals(usual)) {
            return;
        }
        if (time.isZero() || time.compareTo(Duration.ofDays(1)) > 0) {
            findings.harmless(
                    directive, "is out of ipgate's range, 1ms to 1d; its " + key + " is " + Units.text(usual));
            return;
        }
        table.put(key, Units.text(time));
    }
}

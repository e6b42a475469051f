package dev.ipgate.server;

import dev.ipgate.config.CertificateFiles;
import dev.ipgate.grants.Grant;
import dev.ipgate.http.HttpService;
import dev.ipgate.metrics.JvmMetrics;
import dev.ipgate.metrics.Scrape;
import dev.ipgate.upstream.Failure.Kind;
import dev.ipgate.upstream.Upstream;
import dev.ipgate.upstream.UpstreamState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /metrics}: what Prometheus scrapes. Names and units are by its conventions. */
final class MetricsPage {

    private final Instruments instruments;

    MetricsPage(Instruments instruments) {
        this.instruments = instruments;
    }

    /** @param accept the request's Accept header, or null */
    AdminAnswer answer(@Nullable String accept) {
        Scrape scrape = new Scrape();
        instruments.requests().describe(scrape);
        upstreams(scrape);
        connections(scrape);
        strangers(scrape);
        files(scrape);
        passwords(scrape);
        grants(scrape);
        program(scrape);
        JvmMetrics.describe(scrape);
        Scrape.Text text = scrape.text(accept);
        return new AdminAnswer(200, text.contentType(), text.bytes());
    }

    /** Each app by its name; several upstreams may be one app with different settings, and share its counts. */
    private Map<String, List<Upstream>> byName() {
        Map<String, List<Upstream>> byName = new LinkedHashMap<>();
        instruments.snapshot().get().upstreams().stream()
                .distinct()
                .forEach(upstream -> byName.merge(
                        upstream.settings().authorities(),
                        List.of(upstream),
                        (some, more) ->
                                Stream.concat(some.stream(), more.stream()).toList()));
        return byName;
    }

    private void upstreams(Scrape scrape) {
        Map<String, List<Upstream>> upstreams = byName();
        scrape.histogram(
                "ipgate_upstream_response_seconds",
                "From a request's turn to the head of the app's answer.",
                values -> upstreams.forEach(
                        (name, all) -> values.add(all.get(0).counts().answers(), "upstream", name)));
        scrape.counter(
                "ipgate_upstream_failures",
                "Requests that the app did not answer, or not to the end, by what went wrong.",
                values -> upstreams.forEach((name, all) -> {
                    for (Kind kind : Kind.values()) {
                        values.add(
                                all.get(0).counts().failures(kind),
                                "upstream",
                                name,
                                "reason",
                                kind.name().toLowerCase(Locale.ROOT));
                    }
                }));
        scrape.gauge(
                "ipgate_upstream_connections",
                "Connections to the app.",
                values -> upstreams.forEach((name, all) -> {
                    List<UpstreamState> states =
                            all.stream().map(Upstream::state).toList();
                    int idle = states.stream().mapToInt(UpstreamState::idle).sum();
                    int open =
                            states.stream().mapToInt(UpstreamState::connections).sum();
                    values.add(Math.max(0, open - idle), "upstream", name, "state", "in_use");
                    values.add(idle, "upstream", name, "state", "idle");
                }));
        scrape.gauge(
                "ipgate_upstream_connections_max",
                "How many connections to the app there may be.",
                values -> upstreams.forEach((name, all) -> values.add(
                        all.stream()
                                .mapToInt(one -> one.settings().maxConnections())
                                .sum(),
                        "upstream",
                        name)));
        scrape.gauge(
                "ipgate_upstream_waiting_requests",
                "Requests that wait for a connection to the app.",
                values -> upstreams.forEach((name, all) -> values.add(
                        all.stream().mapToInt(one -> one.state().waiting()).sum(), "upstream", name)));
        scrape.gauge(
                "ipgate_upstream_copy_in_use",
                "1 for a copy of the app that gets requests, 0 for one that is set aside since it failed.",
                values -> upstreams.forEach((name, all) -> all.get(0).state().copies().stream()
                        .distinct()
                        .forEach(copy ->
                                values.add(copy.setAside() ? 0 : 1, "upstream", name, "copy", copy.authority()))));
    }

    private void connections(Scrape scrape) {
        ClientConnections connections = instruments.connections();
        int idle = connections.idle();
        scrape.gauge("ipgate_client_connections", "Connections of clients.", values -> {
            values.add(Math.max(0, connections.count() - idle), "state", "busy");
            values.add(idle, "state", "idle");
        });
        scrape.gauge(
                "ipgate_client_connections_max",
                "limits.connections",
                instruments.snapshot().get().settings().limits().connections());
        scrape.counter("ipgate_client_connections_accepted", "Connections that came in.", connections.accepted());
        scrape.counter(
                "ipgate_client_connections_closed_for_room",
                "Idle connections that were closed for a new one.",
                connections.madeRoom());
        scrape.counter(
                "ipgate_client_connections_refused",
                "New connections that were closed because none was idle.",
                connections.refused());
    }

    private void strangers(Scrape scrape) {
        Listeners listeners = instruments.listeners();
        HttpService service = listeners.service();
        scrape.counter("ipgate_parser_refusals", "What clients sent and nobody could read, by protocol.", values -> {
            values.add(listeners.proxyHeadersRefused(), "protocol", "proxy");
            values.add(listeners.handshakeFailures(), "protocol", "tls");
            values.add(service.malformedHeads(), "protocol", "http1");
            values.add(service.protocolErrors(), "protocol", "http2");
        });
        scrape.counter(
                "ipgate_request_head_timeouts", "Request heads that did not arrive in time.", service.headTimeouts());
        scrape.counter(
                "ipgate_tls_crowded_out",
                "TLS connections that were closed for the memory that they had kept longest.",
                listeners.crowdedOut());
    }

    private void files(Scrape scrape) {
        Reloads reloads = instruments.reloads();
        scrape.counter("ipgate_reloads", "Readings of the conf file since the start, by result.", values -> {
            values.add(reloads.successes(), "result", "success");
            values.add(reloads.failures(), "result", "failure");
        });
        scrape.gauge(
                "ipgate_last_reload_successful",
                "1 if the conf file was good when it was last read, 0 if what is in force is from before.",
                reloads.last().succeeded() ? 1 : 0);
        scrape.gauge(
                "ipgate_last_reload_success_timestamp_seconds",
                "When what is in force was read.",
                seconds(reloads.lastSuccess()));
        scrape.gauge(
                "ipgate_config_warnings",
                "Warnings about what is in force.",
                reloads.warnings().size());
        scrape.gauge(
                "ipgate_rule_end_timestamp_seconds",
                "When a rule with an end ends, or has ended.",
                values -> instruments.snapshot().get().judge().rules().stream()
                        .filter(listed -> listed.rule().until() != null)
                        .limit(RequestCounts.MOST)
                        .forEach(listed -> values.add(
                                seconds(Objects.requireNonNull(listed.rule().until())),
                                "list",
                                listed.place(),
                                "rule",
                                RequestCounts.label(listed.rule()))));
        certificates(scrape);
        scrape.counter(
                "ipgate_certificate_failures",
                "How often a certificate's files had changed and could not be used.",
                instruments.certificates().failures());
        scrape.counter(
                "ipgate_users_file_failures",
                "How often a users file had changed and could not be used.",
                instruments.users().failures());
        new GroupStates(instruments.sources()).describe(scrape);
    }

    /** When each certificate ends, as convention has it, and how far off that is, for whoever reads the page as it stands. */
    private void certificates(Scrape scrape) {
        List<CertificateFiles> inUse = instruments.certificates().inUse();
        scrape.gauge(
                "ipgate_certificate_expiry_timestamp_seconds",
                "When a certificate in use ends.",
                values -> inUse.forEach(
                        files -> values.add(seconds(files.identity().validUntil()), named(files))));
        Instant now = Instant.now();
        scrape.gauge(
                "ipgate_certificate_expires_in_seconds",
                "How long a certificate in use is still valid, 86400 for a day; negative once it has ended.",
                values -> inUse.forEach(files -> values.add(
                        Duration.between(now, files.identity().validUntil()).toSeconds(), named(files))));
    }

    private static String[] named(CertificateFiles files) {
        return new String[] {"certificate", files.paths().certificate().toString()};
    }

    private void passwords(Scrape scrape) {
        scrape.counter(
                "ipgate_password_hashes",
                "Passwords that were hashed for the users files in use.",
                instruments.users().hashes());
        scrape.gauge(
                "ipgate_password_queue",
                "Passwords that wait to be hashed.",
                instruments.passwords().queued());
        scrape.gauge(
                "ipgate_delayed_answers",
                "Answers to wrong passwords that are held back.",
                instruments.passwords().delayed());
    }

    private void grants(Scrape scrape) {
        LiveGrants grants = instruments.grants();
        scrape.gauge(
                "ipgate_grants", "Grants that have not ended.", grants.live().size());
        scrape.counter("ipgate_grants_made", "Grants that were made since the start, by the way.", values -> {
            for (Grant.Way way : Grant.Way.values()) {
                values.add(grants.made(way), "way", way.word());
            }
        });
        scrape.counter("ipgate_grants_revoked", "Grants that were taken back since the start.", grants.revoked());
    }

    private void program(Scrape scrape) {
        scrape.info(
                "ipgate_build",
                "Which ipgate this is.",
                "version",
                Instruments.version(),
                "java_version",
                Runtime.version().toString());
        scrape.gauge(
                "ipgate_spooled_bytes",
                "Bytes of request bodies in temporary files.",
                instruments.spool().used());
        scrape.counter(
                "ipgate_access_log_lines_dropped",
                "Lines of the access log in use that could not be written.",
                instruments.snapshot().get().accessLog().dropped());
    }

    private static double seconds(Instant time) {
        return time.toEpochMilli() / 1000.0;
    }
}

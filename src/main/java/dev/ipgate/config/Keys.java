package dev.ipgate.config;

import java.util.List;

/** The keys of each table of the conf file. A key that is not here is refused. */
enum Keys {
    TOP(
            "",
            "listen",
            "client_address",
            "groups",
            "resolver",
            "preset",
            "auth",
            "satisfy",
            "rules",
            "locations",
            "upstream",
            "hosts",
            "sites",
            "limits",
            "access_log",
            "mode",
            "guard",
            "admin",
            "control",
            "state",
            "grants"),
    ADMIN("admin", "listen", "rules", "auth", "satisfy", "hosts"),
    LISTEN("listen", "address", "tls", "http2", "proxy_protocol", "redirect_to_https", "acme_challenges"),
    TLS("tls", "certificate", "private_key", "passphrase_file", "certificates", "client_ca_file", "verify", "hsts"),
    CERTIFICATE("tls", "certificate", "private_key", "passphrase_file"),
    CLIENT_ADDRESS("client_address", "trusted_proxies", "header", "recursive", "on_malformed", "untrusted_forwarder"),
    GROUP(
            "groups",
            "file",
            "host",
            "url",
            "preset",
            "refresh",
            "max_stale",
            "ipv6_prefix",
            "format",
            "path",
            "max_shrink",
            "geoip",
            "countries",
            "asn",
            "ca_file",
            "allow_private"),
    GRANTS("grants", "for", "max", "page", "users_file", "attempts"),
    AUTH("auth", "realm", "users_file", "user_header", "attempts"),
    AUTH_ATTEMPTS("auth", "failures", "window", "delay", "hold"),
    RULES_FILE("rules", "nginx_file"),
    RULE("rules", "allow", "deny", "methods", "access", "until", "report", "note", "owner"),
    LOCATION(
            "locations",
            "path",
            "match",
            "before_regex",
            "ignore_case",
            "auth",
            "satisfy",
            "rules",
            "access",
            "upstream",
            "locations",
            "note"),
    PRESET("preset", "name", "static_prefix"),
    UPSTREAM(
            "upstream",
            "url",
            "urls",
            "tls",
            "connect_timeout",
            "response_timeout",
            "host_header",
            "origin",
            "forwarded_chain",
            "max_connections",
            "keepalive",
            "request_buffering",
            "authorization",
            "headers",
            "replace_path"),
    UPSTREAM_AUTHORIZATION("upstream", "replace_file"),
    UPSTREAM_TLS("upstream", "ca_file", "verify"),
    SITE("sites", "hosts", "preset", "auth", "satisfy", "rules", "locations", "upstream", "mode", "guard"),
    LIMITS(
            "limits",
            "request_body",
            "header_bytes",
            "request_head_timeout",
            "idle_timeout",
            "stream_idle_timeout",
            "connections",
            "connections_per_client",
            "spool"),
    ACCESS_LOG("access_log", "format", "to");

    private final String section;

    // Made by List.of, which cannot change; the check sees only the type.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> names;

    Keys(String section, String... names) {
        this.section = section;
        this.names = List.of(names);
    }

    /** The key of the table itself; empty for the whole file. */
    String section() {
        return section;
    }

    List<String> names() {
        return names;
    }
}

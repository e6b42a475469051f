package dev.ipgate.config;

import java.util.List;

/**
 * How the client's address is found: {@code client_address}.
 *
 * @param trustedProxies whose word about the previous hop is believed; none by default
 * @param header the header that names the hops, as written; {@code none} for the peer alone. X-Forwarded-For by default
 * @param recursive whether to walk past trusted hops; true by default
 * @param keepMalformed {@code on_malformed: keep}: a bad hop ends the walk at the last good one. False by default: 403
 * @param ignoreUntrustedForwarder {@code untrusted_forwarder: ignore}. False by default: a proxy on this machine that is
 *     not named as trusted is refused
 */
public record ClientAddressSettings(
        List<Whom> trustedProxies,
        String header,
        boolean recursive,
        boolean keepMalformed,
        boolean ignoreUntrustedForwarder) {}

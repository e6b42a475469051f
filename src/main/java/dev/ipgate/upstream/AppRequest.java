package dev.ipgate.upstream;

import dev.ipgate.client.ClientAddress;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the gate found out about a request and the app is to learn, or the transport to heed.
 *
 * @param client whose request it is; its address is never null here
 * @param hidden the headers in which the app believes what the gate says, and does not see what the client says
 * @param user who has logged in, if the app is to learn it
 * @param scheme http or https, as the client used it
 * @param host the Host that the client used, port included; null if it sent none
 * @param replaceOrigin whether the app sees its own Origin; else the client's as it is
 * @param path the path that the app gets; null for the one that was sent
 * @param headers what the app receives in place of the client's headers
 * @param bodyLimit bytes that the request's body may have, or -1
 * @param idleTimeout for a body without progress on the client's side
 * @param streamIdleTimeout for event streams and upgraded connections without progress
 * @param admitted whether the client would be let in still; asked again and again while an answer streams
 * @param last whether the client's connection is to end with this request; asked when the answer begins
 */
public record AppRequest(
        ClientAddress client,
        HiddenHeaders hidden,
        @Nullable VerifiedUser user,
        String scheme,
        @Nullable String host,
        boolean replaceOrigin,
        @Nullable String path,
        ReplacedHeaders headers,
        long bodyLimit,
        Duration idleTimeout,
        Duration streamIdleTimeout,
        BooleanSupplier admitted,
        BooleanSupplier last) {}

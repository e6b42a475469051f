package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.client.ClientAddresses.Headers;
import dev.ipgate.policy.CertificateDoor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a verdict depends on. {@code serve} fills it from an exchange, {@code explain} from its arguments.
 *
 * @param direct the peer, as a client without any proxy
 * @param headers the request's headers
 * @param scheme http or https, of the connection
 * @param serverName the name by which a TLS client called us, or null
 * @param host the Host header, or null if there is none
 * @param certificate what the client's certificate says
 * @param method as sent
 * @param path the path of the request target, as sent, without the query
 */
public record Request(
        ClientAddress direct,
        Headers headers,
        String scheme,
        @Nullable String serverName,
        @Nullable String host,
        CertificateDoor certificate,
        String method,
        String path) {

    /** Whether it wants to go on as a WebSocket, on which it may say anything. */
    boolean asksForWebSocket() {
        List<String> upgrade = headers.lines("Upgrade");
        return upgrade != null && upgrade.stream().anyMatch("websocket"::equalsIgnoreCase);
    }

    /** Whether it may change something. A WebSocket may carry anything, so opening one counts. */
    boolean mayChangeSomething() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS" -> {
                List<String> upgrade = headers.lines("Upgrade");
                yield upgrade != null && !upgrade.isEmpty();
            }
            default -> true;
        };
    }

    /** The same with another look at the client's certificate. */
    Request with(CertificateDoor looked) {
        return looked == certificate
                ? this
                : new Request(direct, headers, scheme, serverName, host, looked, method, path);
    }
}

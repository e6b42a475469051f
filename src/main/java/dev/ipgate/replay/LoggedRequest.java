package dev.ipgate.replay;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.CertificateDoor;
import dev.ipgate.server.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a line of an access log tells.
 *
 * @param client its address
 * @param method as sent
 * @param target as it is in the log: path and query, with escapes
 * @param host the Host, or null if the log does not have it
 * @param status of the answer
 * @param was what became of the request then
 */
record LoggedRequest(
        IpAddress client,
        String method,
        String target,
        @Nullable String host,
        int status,
        Was was) {

    /** What became of a request, as far as its address was asked for. */
    enum Was {
        /** It was let on, to the app or to its password. */
        ALLOWED,
        /** It was denied. */
        DENIED,
        /** The address was not asked for, or nothing tells whether it was. */
        UNKNOWN
    }

    /** Stands for every request of which nothing more is needed. */
    static final LoggedRequest NOT_BY_ADDRESS =
            new LoggedRequest(IpAddress.parse("::"), "", "", null, 400, Was.UNKNOWN);

    private static final int SWITCHED = 101;

    /** What the decision says that ipgate's logs have. */
    static Was byDecision(String decision) {
        return switch (decision) {
            case "allow", "would-deny", "password", "no-password", "wrong-password", "too-many-passwords" ->
                Was.ALLOWED;
            case "deny" -> Was.DENIED;
            default -> Was.UNKNOWN;
        };
    }

    /** The same where there is only a status: what a server answers before it asks for the address tells nothing. */
    static Was byStatus(int status) {
        return switch (status) {
            case 403 -> Was.DENIED;
            case 301, 308, 400, 405, 408, 413, 414, 421, 431, 444, 494, 495, 496, 497, 499 -> Was.UNKNOWN;
            default -> Was.ALLOWED;
        };
    }

    /** What a gate would have to decide about, were it asked the same by the client itself. */
    Request request(String otherwiseHost) {
        boolean webSocket = status == SWITCHED;
        return new Request(
                ClientAddress.direct(client),
                name -> webSocket && name.equalsIgnoreCase("Upgrade") ? List.of("websocket") : null,
                "http",
                null,
                host == null ? otherwiseHost : host,
                CertificateDoor.NONE,
                method,
                path());
    }

    private String path() {
        String raw = Escapes.undo(target);
        int query = raw.indexOf('?');
        String path = query < 0 ? raw : raw.substring(0, query);
        if (path.startsWith("http://") || path.startsWith("https://")) { // the absolute form
            int slash = path.indexOf('/', path.indexOf("://") + 3);
            return slash < 0 ? "/" : path.substring(slash);
        }
        return path;
    }
}

package dev.ipgate.replay;

import dev.ipgate.net.IpAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests whose lot changes, by client: of so many clients at most, and of the others the sum. */
final class Tally {

    static final int MOST_CLIENTS = 100_000;
    private static final int LONGEST = 100; // characters of a target

    /** One client's requests. */
    static final class Client {
        private final IpAddress address;
        private final String first;
        private String last;
        private @Nullable String reason;
        private long count;

        private Client(IpAddress address, String first) {
            this.address = address;
            this.first = first;
            this.last = first;
        }

        IpAddress address() {
            return address;
        }

        long count() {
            return count;
        }

        /** The first request: method and target, made safe and cut. */
        String first() {
            return first;
        }

        String last() {
            return last;
        }

        /** Why the last is decided as it is. */
        String reason() {
            return reason == null ? "" : reason;
        }
    }

    private final Map<IpAddress, Client> clients = new HashMap<>();
    private long count;
    private long others;

    /** @param reason why it is decided as it is, from now on */
    void add(LoggedRequest request, String reason) {
        count++;
        Client known = clients.get(request.client());
        if (known == null && clients.size() >= MOST_CLIENTS) {
            others++;
            return;
        }
        String shown = Escapes.shown(request.method() + " " + request.target(), LONGEST);
        if (known == null) {
            known = new Client(request.client(), shown);
            clients.put(request.client(), known);
        }
        known.count++;
        known.last = shown;
        known.reason = reason;
    }

    /** Requests of all clients. */
    long count() {
        return count;
    }

    /** How many clients are told apart. */
    int clients() {
        return clients.size();
    }

    /** Requests of clients beyond those. */
    long others() {
        return others;
    }

    /** Those with the most requests, at most so many. */
    List<Client> most(int number) {
        return clients.values().stream()
                .sorted(Comparator.comparingLong(Client::count).reversed().thenComparing(Client::address))
                .limit(number)
                .toList();
    }
}

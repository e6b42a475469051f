package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.AdminSettings;
import dev.ipgate.config.AuthSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.lists.Groups;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.Access;
import dev.ipgate.policy.AccessPolicy;
import dev.ipgate.policy.Decision;
import dev.ipgate.policy.Entry;
import dev.ipgate.problem.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides who may look at the gate, as {@link Judge} does about the apps behind it. Immutable and pure. */
final class AdminDoor {

    static final String NAME = "admin";

    private final AdminSettings settings;
    private final @Nullable AccessPolicy policy;
    private final Hosts<String> hosts;

    private AdminDoor(AdminSettings settings, @Nullable AccessPolicy policy, Hosts<String> hosts) {
        this.settings = settings;
        this.policy = policy;
        this.hosts = hosts;
    }

    /** Compiles what was read; null if there is to be no admin listener. What is wrong is added to the problems. */
    static @Nullable AdminDoor of(Settings settings, Groups groups, RulesReview review, Problems problems) {
        AdminSettings admin = settings.admin();
        if (admin == null) {
            return null;
        }
        AddressSet trusted = groups.resolve(settings.clientAddress().trustedProxies());
        PlaceBuilder builder = new PlaceBuilder(groups, trusted, review, problems, new ArrayList<>(), null);
        Map<String, String> hosts = new HashMap<>();
        admin.hosts().forEach(host -> hosts.put(host, host));
        return new AdminDoor(
                admin,
                builder.policy(NAME, admin.rules(), PlaceBuilder.needsPassword(admin.auth(), admin.satisfy())),
                Hosts.compile(hosts));
    }

    AdminSettings settings() {
        return settings;
    }

    @Nullable
    AuthSettings auth() {
        return settings.auth();
    }

    /**
     * What becomes of a request for one of our own pages: it passes, or a password decides, or it is refused.
     *
     * @param client as the gate finds it for every request
     * @param now seconds since the epoch
     */
    Verdict judge(Request request, ClientAddress client, long now) {
        IpAddress address = client.address();
        if (address == null) {
            return Verdict.refuse(client, Refusal.NO_ADDRESS, client.reason());
        }
        String host = request.host();
        if (host != null && !isOurs(host)) {
            return Verdict.refuse(client, Refusal.UNKNOWN_HOST, host);
        }
        Decision decision = policy == null ? null : policy.decide(request.method(), Access.READ, address, now);
        return switch (settings.satisfy().afterCertificate(entry(decision), request.certificate())) {
            case CLOSED -> Verdict.refuse(client, null, decision, Refusal.DENIED, "");
            case NO_CERTIFICATE ->
                Verdict.refuse(client, null, decision, Refusal.NO_CERTIFICATE, "no certificate of client_ca_file");
            case PASSWORD -> Verdict.askHere(client, decision);
            case OPEN -> Verdict.passHere(client, decision);
        };
    }

    private Entry entry(@Nullable Decision decision) {
        if (settings.auth() == null) {
            return decision != null && decision.allowed() ? Entry.OPEN : Entry.CLOSED;
        }
        return decision == null ? Entry.PASSWORD : settings.satisfy().afterAddress(decision.allowed());
    }

    /**
     * A page of a stranger's can have a name of its own point here, and a browser on this machine would then show it our
     * pages: so a name has to be one of ours. An address cannot be made to point anywhere.
     */
    private boolean isOurs(String text) {
        HostName host = HostName.parse(text);
        return host != null && (host.isIpLiteral() || host.isLocalhost() || hosts.find(host) != null);
    }
}

package dev.ipgate.config;

import dev.ipgate.config.DoorsReader.Doors;
import dev.ipgate.net.IpRange;
import dev.ipgate.policy.Action;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code admin}: a port, an address and a port, or a table with more. */
final class AdminReader {

    private static final String FORMS = "write a port of this machine's own, or such as 127.0.0.1:9095";
    private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1");

    private final ListenReader listens;
    private final AuthReader auths;
    private final RulesReader rules;

    /** @param listens has read the gate's own addresses, so that none is taken twice */
    AdminReader(ListenReader listens, AuthReader auths, RulesReader rules) {
        this.listens = listens;
        this.auths = auths;
        this.rules = rules;
    }

    /** Null if it is off, or if its address is wrong. */
    @Nullable
    AdminSettings read(@Nullable Setting setting) {
        if (setting == null || "off".equals(setting.peek())) {
            return null;
        }
        Section section = setting.isTable() ? setting.section(Keys.ADMIN) : null;
        Setting address = section == null ? setting : section.find("listen");
        if (setting.isTable() && address == null && section != null) {
            section.missing("listen", "is missing; " + FORMS);
        }
        ListenSettings listen = address == null || (setting.isTable() && section == null) ? null : listen(address);
        Setting list = section == null ? null : section.find("rules");
        List<RuleSettings> own = list == null ? List.of() : rules.read(list);
        if (list != null && own.stream().anyMatch(RuleSettings::report)) {
            list.error("has a rule with report: true, and nobody is let in here for a trial; leave the rule out");
        }
        Doors doors = section == null ? DoorsReader.NONE : doors(section, listen);
        List<String> hosts = section == null ? List.of() : new HostNames().read(section.find("hosts"));
        if (address == null || listen == null) {
            return null;
        }
        if (!listen.address().getAddress().isLoopbackAddress() && !doors.password()) {
            address.warning("\"" + listen.text() + "\" can be reached from other machines, and no password is asked"
                    + " for; write auth beside it, or listen on 127.0.0.1");
        }
        return new AdminSettings(
                listen,
                list == null && !doors.password() ? List.of(thisMachine(setting)) : own,
                doors.auth(),
                doors.satisfy(),
                hosts,
                setting.at());
    }

    private @Nullable ListenSettings listen(Setting address) {
        for (String key : List.of("redirect_to_https", "acme_challenges")) {
            if (address.hasKey(key)) {
                address.error(key + " is for listeners of the gate; the admin listener has pages of its own");
            }
        }
        return listens.readAdmin(address);
    }

    private Doors doors(Section section, @Nullable ListenSettings listen) {
        DoorsReader reader = new DoorsReader(auths, listen != null && listen.hasCertificateDoor());
        Doors doors = reader.site(section);
        reader.reviewSite(section, doors, false);
        Setting auth = section.find("auth");
        if (auth != null && doors.auth() != null && doors.auth().userHeader() != null) {
            auth.error("has user_header, which is for an app, and none is here; leave it out");
        }
        return doors;
    }

    private static RuleSettings thisMachine(Setting admin) {
        List<Whom> whom = LOOPBACK.stream()
                .<Whom>map(block -> new Whom.Addresses(IpRange.parse(block), block, admin.at()))
                .toList();
        return new RuleSettings(Action.ALLOW, whom, Set.of(), null, null, false, null, null, admin.name(), admin.at());
    }
}

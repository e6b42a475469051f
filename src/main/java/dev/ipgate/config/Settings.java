package dev.ipgate.config;

import dev.ipgate.problem.Position;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The conf file as read: checked key by key, defaults filled in, groups and list files not yet resolved.
 *
 * @param file the conf file
 * @param listen where to listen; never empty
 * @param clientAddress how the client's address is found
 * @param groups names for addresses, in the order of the file; last the one that grants fill, if they are on
 * @param defaultSite the site of the top level, which every host without a site of its own gets; null if the top level
 *     has neither rules nor upstream and only holds {@code sites}
 * @param sites the other sites, in the order of the file
 * @param limits what a request or connection may take
 * @param accessLog one line a request
 * @param mode the mode of sites that say nothing about it
 * @param admin where the operator looks at the gate, or null for nowhere
 * @param control the Unix socket for {@code ipgate reload}, or null for none
 * @param state the folder for what is to outlive a restart and stands in no conf file, or null for none
 * @param grants how people are let in for a while, or null for not at all
 */
public record Settings(
        Path file,
        List<ListenSettings> listen,
        ClientAddressSettings clientAddress,
        Map<String, GroupSettings> groups,
        @Nullable SiteSettings defaultSite,
        List<SiteSettings> sites,
        LimitSettings limits,
        AccessLogSettings accessLog,
        Mode mode,
        @Nullable AdminSettings admin,
        @Nullable Path control,
        @Nullable Path state,
        @Nullable GrantsSettings grants) {

    /** Who may sign in with a password, and be let in from where they are; null if nobody may. */
    public @Nullable AuthSettings signIn() {
        return grants == null || grants.page() == null ? null : grants.page().auth();
    }

    /** What happens to those whom the rules deny. */
    public enum Mode {
        /** They are refused. */
        ENFORCE,
        /** They pass, and the log says that they would have been refused. */
        REPORT;

        // Made by Map.of, which cannot change; the check sees only the type.
        @SuppressWarnings("ImmutableEnumChecker")
        static final Map<String, Mode> WORDS = Map.of("enforce", ENFORCE, "report", REPORT);

        /** As the conf file has it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A group: the addresses written in the conf file, or what fills it from outside.
     *
     * @param members for a plain list, its members, which may name other groups
     * @param source what fills it, or null for a plain list
     * @param at where the group stands
     */
    public record GroupSettings(
            List<Whom> members, @Nullable GroupSource source, Position at) {}
}

package dev.ipgate.server;

import dev.ipgate.config.AuthSettings;
import dev.ipgate.config.ConfigReader;
import dev.ipgate.config.Settings;
import dev.ipgate.lists.Groups;
import dev.ipgate.lists.Sources;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One reading of the conf file and of the list files that it names, ready to judge with. The commands that open no
 * socket need no more than this.
 *
 * @param settings the conf file's content
 * @param judge decides about requests
 * @param admin decides who may look at the gate; null if nobody may
 * @param warnings what the operator should know
 */
public record Configuration(
        Settings settings, Judge judge, @Nullable AdminDoor admin, List<Problem> warnings) {

    /** How passwords are asked for, wherever one is. */
    List<AuthSettings> auths() {
        AuthSettings ours = admin == null ? null : admin.auth();
        return Stream.of(judge.auths().stream(), Stream.ofNullable(ours), Stream.ofNullable(settings.signIn()))
                .flatMap(auths -> auths)
                .toList();
    }

    /**
     * Reads everything, for somebody who only looks at it.
     *
     * @param conf the conf file, named as problems are to name it
     * @param now against which rules that end are judged, for the warnings
     * @throws ConfigException with everything that is wrong
     */
    public static Configuration load(Path conf, Instant now) {
        try (Sources sources = new Sources(() -> {})) {
            return load(conf, now, sources, Groups.Unread.TOLD).configuration();
        }
    }

    /** One reading, and what fills its groups, which is looked after once it is committed. */
    record Loaded(Configuration configuration, Sources.Change sources) {}

    /**
     * Reads everything, for a gate that is to run by it.
     *
     * @throws ConfigException with everything that is wrong
     */
    static Loaded load(Path conf, Instant now, Sources sources) {
        return load(conf, now, sources, Groups.Unread.REFUSED);
    }

    private static Loaded load(Path conf, Instant now, Sources sources, Groups.Unread unread) {
        try {
            return load(conf, now, sources, unread, new Problems());
        } catch (OutOfMemoryError e) { // by a list that is too long; what was read of it is garbage now
            Problems problems = new Problems();
            problems.error(
                    Position.of(conf.toString()),
                    "",
                    "its lists do not fit into the heap of "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB beside what is in use; raise java's -Xmx (in JAVA_OPTIONS of /etc/default/ipgate for"
                            + " the service)");
            throw new ConfigException(problems.all());
        }
    }

    private static Loaded load(Path conf, Instant now, Sources sources, Groups.Unread unread, Problems problems) {
        Settings settings = ConfigReader.read(conf, problems);
        if (settings == null) {
            problems.throwIfErrors();
            throw new IllegalStateException("no settings of \"" + conf + "\", and no reason given");
        }
        Sources.Change change = sources.prepare(settings, problems);
        problems.throwIfErrors();
        Groups groups = change.groups(settings, unread);
        AddressSet trusted = groups.resolve(settings.clientAddress().trustedProxies());
        Configuration configuration = of(settings, groups, RulesReview.of(trusted, problems, now), problems);
        Guard.check(settings, configuration.judge.entrances(), groups, problems, now.getEpochSecond());
        problems.throwIfErrors();
        return new Loaded(configuration.with(problems.warnings()), change);
    }

    private static Configuration of(Settings settings, Groups groups, RulesReview review, Problems problems) {
        return new Configuration(
                settings,
                Judge.of(settings, groups, review, problems),
                AdminDoor.of(settings, groups, review, problems),
                List.of());
    }

    private Configuration with(List<Problem> found) {
        return new Configuration(settings, judge, admin, found);
    }

    /**
     * The same settings with what their groups hold now. The rules have been reviewed.
     *
     * @throws ConfigException if they cannot be used with it
     */
    Configuration refilled(Groups groups) {
        Problems problems = new Problems();
        Configuration next = of(settings, groups, RulesReview.silent(), problems);
        problems.throwIfErrors();
        return next.with(warnings);
    }

    /** How an address stands with every site. */
    public List<Standing> standings(IpAddress client, Instant now) {
        return judge.standings(client, now);
    }

    /**
     * A Host that a request may have, for {@code explain}: the default site's first, else localhost or the first site's.
     * Regular expressions tell of none.
     */
    public String someHost() {
        Stream<String> names = settings.defaultSite() != null
                ? settings.defaultSite().hosts().stream()
                : settings.sites().stream().flatMap(site -> site.hosts().stream());
        return names.filter(name -> !name.startsWith(Hosts.REGEX))
                .findFirst()
                .map(name -> name.startsWith(".") ? name.substring(1) : name.replace("*", "any"))
                .orElse("localhost");
    }
}

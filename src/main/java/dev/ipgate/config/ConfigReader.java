package dev.ipgate.config;

import dev.ipgate.config.Settings.GroupSettings;
import dev.ipgate.config.Settings.Mode;
import dev.ipgate.config.YamlNode.Table;
import dev.ipgate.config.YamlNode.Text;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a conf file into {@code Settings}, and reports everything that is wrong with it in one run. */
public final class ConfigReader {

    private static final int LONGEST_SOCKET_PATH = 107; // bytes, sun_path of Linux less its final zero

    private ConfigReader() {}

    /**
     * Reads a conf file.
     *
     * <p>What is bad is reported and left out, and the rest is returned, so that list files are checked in the same run:
     * call {@link Problems#throwIfErrors} before the settings are put to any other use.
     *
     * @param file the file, named as the operator named it: problems name it so
     * @param problems gathers what is wrong; list files are read later, into the same collection
     * @return the settings, or null if problems has errors that leave nothing to work with
     */
    public static @Nullable Settings read(Path file, Problems problems) {
        String text = ConfText.read(file, problems);
        boolean broken = problems.hasErrors();
        YamlNode root = text == null ? null : YamlTree.read(file.toString(), text, problems);
        if (root == null || !(root instanceof Table)) {
            if (text != null && problems.hasErrors() == broken) {
                problems.error(root == null ? Position.of(file.toString()) : root.at(), "", noTable(root));
            }
            return null;
        }
        Section top = new Setting("", root, problems).section(Keys.TOP);
        return top == null ? null : settings(file, top, problems);
    }

    private static String noTable(@Nullable YamlNode root) {
        if (root == null || (root instanceof Text text && text.isMissing())) {
            return "is empty; it needs at least listen, upstream and rules";
        }
        String text = root instanceof Text value ? value.text() : "";
        String nginx = NginxLine.suggestion(text);
        if (nginx != null) {
            return nginx;
        }
        return text.matches("\\w+:\\S.*")
                ? "a key needs a blank after its colon: " + text.replaceFirst(":", ": ")
                : "must be a table of keys such as listen: 8080, but is " + root.kind();
    }

    private static Settings settings(Path file, Section top, Problems problems) {
        Path state = state(top.find("state"), file);
        GrantsReader grants = new GrantsReader(top.find("grants"), state);
        GroupSourceReader sources = new GroupSourceReader(file, DnsServersReader.read(top.find("resolver")));
        GroupsReader groupsReader = new GroupsReader(sources, top.find("groups"), grants.areOn());
        WhomReader whom = new WhomReader(groupsReader.names(), grants.areOn());
        Map<String, GroupSettings> groups = grants.with(groupsReader.read(whom));
        ClientAddressSettings clientAddress = ClientAddressReader.read(top.find("client_address"), whom, groups);
        ListenReader listens = listens(top, file);
        List<ListenSettings> listen = listens.read(top.find("listen"));
        boolean certificates = listen.stream().anyMatch(ListenSettings::hasCertificateDoor);
        AuthReader auths = new AuthReader(file, clientAddress.header(), problems);
        RulesReader rules = new RulesReader(file, whom, problems);
        Mode mode = top.word("mode", Mode.ENFORCE, Mode.WORDS);
        Setting guard = top.find("guard");
        SiteReader sites = new SiteReader(
                new DoorsReader(auths, certificates),
                rules,
                new UpstreamReader(file),
                whom,
                mode,
                guard == null ? List.of() : whom.read(guard));
        if (!top.has("listen")) {
            top.missing("listen", "is missing; write a port, or such as 127.0.0.1:8080");
        }
        SiteSettings defaultSite = sites.readDefault(top);
        List<SiteSettings> others = sites.readSites(top.find("sites"));
        AnybodysAddresses anybodys = new AnybodysAddresses(groups, problems);
        anybodys.review(clientAddress);
        Stream.concat(Stream.ofNullable(defaultSite), others.stream()).forEach(anybodys::review);
        return new Settings(
                file,
                listen,
                clientAddress,
                groups,
                defaultSite,
                others,
                LimitsReader.read(top.find("limits")),
                AccessLogReader.read(top.find("access_log"), file),
                mode,
                new AdminReader(listens, auths, rules).read(top.find("admin")),
                control(top.find("control"), file),
                state,
                grants.read(auths, rules, listen, clientAddress));
    }

    private static ListenReader listens(Section top, Path file) {
        Setting clientAddress = top.find("client_address");
        boolean trustsProxies = clientAddress != null && clientAddress.hasKey("trusted_proxies");
        boolean namesHosts = top.has("hosts") || top.has("sites");
        return new ListenReader(file, trustsProxies, namesHosts);
    }

    private static @Nullable Path state(@Nullable Setting setting, Path file) {
        return setting == null || "off".equals(setting.peek())
                ? null
                : setting.as(text -> ConfPath.resolve(file, text));
    }

    private static @Nullable Path control(@Nullable Setting setting, Path file) {
        if (setting == null || "off".equals(setting.peek())) {
            return null;
        }
        return setting.as(text -> {
            Path path = ConfPath.resolve(file, text);
            if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET_PATH) {
                throw new IllegalArgumentException("\"" + path + "\" is longer than the " + LONGEST_SOCKET_PATH
                        + " bytes that a Unix socket's name may have");
            }
            return path;
        });
    }
}

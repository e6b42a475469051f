package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.packaging.Completion;
import dev.ipgate.packaging.HelpText;
import dev.ipgate.packaging.ManPage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the files of the packages that repeat what is said elsewhere: man pages from {@code --help} and configuration.md,
 * completion from {@code --help}, the conf file from conf/ipgate.yaml. So none of them can go stale. {@code mvn -Pdeb} runs it.
 */
final class PackageFiles {

    private static final Path CONFIGURATION = Path.of("src/site/markdown/configuration.md");
    private static final String COMMANDS_BEGIN = "## Commands";
    private static final String SIGNALS_BEGIN = "## Signals";

    private final Path source;
    private final String version;
    private final Instant time;
    private final String maintainer;

    /**
     * @param source the project's folder
     * @param time of the build: the clock says another one the next time
     * @param maintainer name and address, as Debian wants them: {@code Ana <ana@example.org>}
     */
    PackageFiles(Path source, String version, Instant time, String maintainer) {
        this.source = source;
        this.version = version;
        this.time = time;
        this.maintainer = maintainer;
    }

    /**
     * Writes them.
     *
     * @param args where to, the version, the time of the build, the maintainer
     */
    public static void main(String[] args) throws IOException {
        new PackageFiles(Path.of(""), args[1], Instant.parse(args[2]), args[3]).writeTo(Path.of(args[0]));
    }

    private void writeTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        compress(folder.resolve("ipgate.8.gz"), ipgate8());
        compress(folder.resolve("ipgate.yaml.5.gz"), ipgateYaml5());
        compress(folder.resolve("changelog.gz"), debianChangelog());
        Completion completion = new Completion(commands());
        Files.writeString(folder.resolve("ipgate.bash"), completion.bash());
        Files.writeString(folder.resolve("_ipgate"), completion.zsh());
        Files.writeString(folder.resolve("ipgate.yaml"), conf());
    }

    private static void compress(Path file, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new BestGzip(bytes)) { // its header has no time
            out.write(text.getBytes(UTF_8));
        }
        byte[] compressed = bytes.toByteArray();
        compressed[8] = 2; // RFC 1952: compressed as well as can be, which lintian wants to see here
        Files.write(file, compressed);
    }

    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }

    /** What all commands say of themselves. */
    static List<HelpText> commands() {
        return CommandRun.of("--help")
                .out()
                .lines()
                .filter(line -> line.startsWith("  ipgate "))
                .map(line -> line.strip().split(" ", -1)[1])
                .map(command -> HelpText.parse(CommandRun.of(command, "--help").out()))
                .toList();
    }

    String ipgate8() throws IOException {
        ManPage page = new ManPage("ipgate", 8, date(), version, "reverse proxy that lets in listed addresses only");
        page.heading("SYNOPSIS");
        commands().forEach(command -> command.forms().forEach(form -> page.boldLine(form.synopsis())));
        page.heading("DESCRIPTION")
                .paragraph(
                        "ipgate stands in front of a web app, lets the addresses through that its conf file allows, and nobody"
                                + " else. Without a command it serves. The conf file is described in `ipgate.yaml`(5), and one for"
                                + " most cases is installed as /etc/ipgate/ipgate.yaml.")
                .heading("COMMANDS");
        for (HelpText command : commands()) {
            for (HelpText.Form form : command.forms()) {
                page.subheading(command.command() + " " + form.arguments());
                page.paragraph(sentence(form.summary()));
            }
            command.operands().forEach(operand -> page.item("`" + operand.name() + "`", operand.meaning()));
            command.options().forEach(option -> page.item("`" + option.form() + "`", option.meaning()));
            page.paragraph(String.join(" ", command.paragraphs()));
        }
        return page.markdown(section(SIGNALS_BEGIN))
                .heading("FILES")
                .item("/etc/ipgate/ipgate.yaml", "The conf file.")
                .item(
                        "/etc/default/ipgate",
                        "`JAVA_OPTIONS=\"-Xmx1g\"`, for example: flags for the JVM, behind those of the package.")
                .item("/usr/share/ipgate/ipgate.jvm", "The JVM's flags, with reasons.")
                .item("/run/ipgate/control", "The socket for `ipgate reload`, `explain ID`, `grant`.")
                .item("/var/lib/ipgate", "What outlives a restart: grants, and copies of published lists.")
                .item("/var/cache/ipgate", "An archive of the JVM's, which makes starts faster. It can be deleted.")
                .item("/var/log/ipgate", "Where access logs go, if `access_log` names a file there.")
                .heading("SEE ALSO")
                .paragraph("`ipgate.yaml`(5), `systemctl`(1), and the pages in /usr/share/doc/ipgate")
                .toString();
    }

    String ipgateYaml5() throws IOException {
        List<String> lines = Files.readAllLines(source.resolve(CONFIGURATION));
        List<String> text = new ArrayList<>(lines.subList(1, lines.size())); // its title is the page's
        for (String elsewhere : List.of(COMMANDS_BEGIN, SIGNALS_BEGIN)) { // ipgate(8) has them
            int from = text.indexOf(elsewhere);
            text.subList(from, from + section(elsewhere).size()).clear();
        }
        return new ManPage("ipgate.yaml", 5, date(), version, "the conf file of ipgate")
                .heading("DESCRIPTION")
                .markdown(text)
                .heading("SEE ALSO")
                .paragraph("`ipgate`(8)")
                .toString();
    }

    /** A section of configuration.md, with its heading. */
    private List<String> section(String heading) throws IOException {
        List<String> lines = Files.readAllLines(source.resolve(CONFIGURATION));
        int from = lines.indexOf(heading);
        if (from < 0) {
            throw new IllegalStateException(CONFIGURATION + " has no line \"" + heading + "\"");
        }
        return lines.subList(from, from + 1 + nextHeading(lines.subList(from + 1, lines.size())));
    }

    private static int nextHeading(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("## ")) {
                return i;
            }
        }
        return lines.size();
    }

    private String debianChangelog() {
        String when = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT)
                .format(time.atZone(ZoneOffset.UTC));
        return "ipgate (" + version + ") unstable; urgency=medium\n\n"
                + "  * What has changed is in CHANGELOG.md beside this file.\n\n"
                + " -- " + maintainer + "  " + when + "\n";
    }

    /** The conf file as installed: with the control socket, as the unit makes a folder for it. */
    String conf() throws IOException {
        String text = Files.readString(source.resolve("conf/ipgate.yaml"));
        text = replaced(text, "# control: /run/ipgate/control", "control: /run/ipgate/control");
        text = replaced(
                text,
                "The socket for ipgate reload, explain ID, grant. Without it, ipgate reload sends SIGHUP.",
                "The socket for ipgate reload, explain ID, grant.");
        text = replaced(text, "# state: /var/lib/ipgate", "state: /var/lib/ipgate");
        text = replaced(text, "Needs control, and among", "Needs, among");
        text = replaced(
                text,
                "After a change: ipgate check, then ipgate reload (or SIGHUP).",
                "After a change: systemctl reload ipgate.");
        return replaced(
                text,
                "Every key is explained in src/site/markdown/configuration.md, MLflow in mlflow.md beside it.",
                "Every key is explained in ipgate.yaml(5), MLflow in /usr/share/doc/ipgate/mlflow.md.");
    }

    private static String replaced(String text, String before, String after) {
        if (!text.contains(before)) {
            throw new IllegalStateException("conf/ipgate.yaml no longer says \"" + before + "\"");
        }
        return text.replace(before, after);
    }

    private String date() {
        return time.atZone(ZoneOffset.UTC).toLocalDate().toString();
    }

    private static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }
}

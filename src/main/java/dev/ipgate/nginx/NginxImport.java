package dev.ipgate.nginx;

import java.util.List;

/**
 * What ipgate makes of nginx's configuration.
 *
 * @param yaml the text of a conf file that decides the same; where that cannot be said, it refuses, and a finding tells so
 * @param findings what could not come along, by file and line
 */
public record NginxImport(String yaml, List<Finding> findings) {

    /** Imports a configuration. */
    public static NginxImport of(NginxConf conf) {
        return new Importer(conf).run();
    }

    /** Whether anything was left out that somebody will miss. */
    public boolean leavesOutWhatMatters() {
        return findings.stream().anyMatch(finding -> finding.kind() == Finding.Kind.MATTERS);
    }
}

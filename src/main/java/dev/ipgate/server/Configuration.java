package dev.ipgate.server;

import dev.ipgate.config.ConfigReader;
import dev.ipgate.config.Settings;
import dev.ipgate.lists.Groups;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * One reading of the conf file and of the list files that it names, ready to judge with. The commands that open no
 * socket need no more than this.
 *
 * @param settings the conf file's content
 * @param judge decides about requests
 * @param warnings what the operator should know
 */
public record Configuration(Settings settings, Judge judge, List<Problem> warnings) {

    /**
     * Reads everything.
     *
     * @param conf the conf file, named as problems are to name it
     * @param now against which rules that end are judged, for the warnings
     * @throws dev.ipgate.problem.ConfigException with everything that is wrong
     */
    public static Configuration load(Path conf, Instant now) {
        Problems problems = new Problems();
        Settings settings = ConfigReader.read(conf, problems);
        if (settings == null) {
            problems.throwIfErrors();
            throw new IllegalStateException("no settings of \"" + conf + "\", and no reason given");
        }
        Groups groups = Groups.load(settings, problems);
        problems.throwIfErrors();
        Judge judge = Judge.of(settings, groups, problems, now);
        problems.throwIfErrors();
        return new Configuration(settings, judge, problems.warnings());
    }
}

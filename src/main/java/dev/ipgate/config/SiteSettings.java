package dev.ipgate.config;

import dev.ipgate.config.Settings.Mode;
import dev.ipgate.policy.Satisfy;
import dev.ipgate.problem.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One app: the names it answers to, who may reach it, and where it is.
 *
 * @param hosts its names, in lower case, without port or trailing dot; {@code *.example.com} for any name below,
 *     {@code .example.com} for that and itself, {@code www.example.*} for any name that begins so, {@code ~regex} for one
 *     in which the expression (RE2) is found. May be empty for the default site only
 * @param rules who may pass, in order; empty only where a password alone decides
 * @param auth how a password is asked for; null if it is not
 * @param satisfy whether both the rules and the password have to let a client in, or one of them
 * @param locations what differs for some paths
 * @param upstream the app
 * @param staticPrefix the path below which MLflow's pages are (its {@code --static-prefix}); empty for the root
 * @param mode whether the address decides, or is only judged and logged
 * @param guard whom the site must not deny, or the conf file is refused; usually empty
 * @param setting the site's place in the file, such as {@code sites[0]}; empty for the default site
 * @param at where it stands
 */
public record SiteSettings(
        List<String> hosts,
        List<RuleSettings> rules,
        @Nullable AuthSettings auth,
        Satisfy satisfy,
        List<LocationSettings> locations,
        UpstreamSettings upstream,
        String staticPrefix,
        Mode mode,
        List<Whom> guard,
        String setting,
        Position at) {}

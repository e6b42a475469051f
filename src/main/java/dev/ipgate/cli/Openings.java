package dev.ipgate.cli;

import dev.ipgate.config.AdminSettings;
import dev.ipgate.config.AppUrl;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.config.SiteSettings;
import dev.ipgate.config.TlsSettings;
import dev.ipgate.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a gate would open by a conf file: the listeners, and the sites behind them. */
final class Openings {

    private final Settings settings;

    Openings(Settings settings) {
        this.settings = settings;
    }

    /** A line for each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        settings.listen().forEach(listen -> lines.add("listens on " + text(listen)));
        AdminSettings admin = settings.admin();
        if (admin != null) {
            lines.add("has its own pages on " + text(admin.listen()));
        }
        sites().forEach(site -> lines.add("serves " + hosts(site) + " by " + String.join(", ", apps(site))));
        return lines;
    }

    private String hosts(SiteSettings site) {
        if (!site.hosts().isEmpty()) {
            return String.join(", ", site.hosts());
        }
        return settings.sites().isEmpty() ? "any host" : "any other host";
    }

    /** The default site comes first. */
    private Stream<SiteSettings> sites() {
        return Stream.concat(Stream.ofNullable(settings.defaultSite()), settings.sites().stream());
    }

    private static List<String> apps(SiteSettings site) {
        return site.upstream().urls().stream().map(AppUrl::origin).toList();
    }

    private static String text(ListenSettings listen) {
        List<String> text = new ArrayList<>(List.of(Listening.text(listen.address())));
        if (listen.tls() != null) {
            text.add("TLS with " + String.join(" and ", certificates(listen.tls())));
        }
        if (listen.http2()) {
            text.add("HTTP/2");
        }
        if (listen.proxyProtocol()) {
            text.add("PROXY protocol");
        }
        if (listen.redirectToHttps()) {
            text.add("redirects to https");
        }
        if (listen.acmeChallenges() != null) {
            text.add("ACME challenges of " + listen.acmeChallenges());
        }
        return String.join(", ", text);
    }

    private static List<String> certificates(@Nullable TlsSettings tls) {
        return tls == null
                ? List.of()
                : tls.certificates().stream()
                        .map(files -> files.paths().certificate().toString())
                        .toList();
    }

    /** The same as members {@code listeners}, {@code admin} and {@code sites} of an object. */
    void addTo(JsonWriter json) {
        json.name("listeners").beginArray();
        settings.listen().forEach(listen -> add(json, listen));
        json.endArray()
                .member(
                        "admin",
                        settings.admin() == null
                                ? null
                                : settings.admin().listen().text())
                .name("sites")
                .beginArray();
        sites().forEach(site -> {
            texts(json.beginObject(), "hosts", site.hosts());
            texts(json, "apps", apps(site));
            json.endObject();
        });
        json.endArray();
    }

    private static void add(JsonWriter json, ListenSettings listen) {
        json.beginObject()
                .member("address", listen.text())
                .member("tls", listen.tls() != null)
                .member("http2", listen.http2())
                .member("proxy_protocol", listen.proxyProtocol())
                .member("redirect_to_https", listen.redirectToHttps());
        texts(json, "certificates", certificates(listen.tls()));
        json.endObject();
    }

    private static void texts(JsonWriter json, String name, List<String> texts) {
        json.name(name).beginArray();
        texts.forEach(json::value);
        json.endArray();
    }
}

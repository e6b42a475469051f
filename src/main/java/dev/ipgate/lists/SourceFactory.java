package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import dev.ipgate.grants.GrantStores;
import java.nio.file.Path;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Makes the source that the conf file asks for. */
final class SourceFactory implements BiFunction<GroupSource, @Nullable Path, Source> {

    private final GrantStores grants;

    SourceFactory(GrantStores grants) {
        this.grants = grants;
    }

    /** @param state the folder for what is to outlive a restart, or null for none */
    @Override
    public Source apply(GroupSource settings, @Nullable Path state) {
        if (settings instanceof GroupSource.ListFile file) {
            return new FileSource(file);
        }
        if (settings instanceof GroupSource.DnsName name) {
            return new DnsSource(name);
        }
        if (settings instanceof GroupSource.UrlList list) {
            return new UrlSource(list, state);
        }
        if (settings instanceof GroupSource.GeoIp database) {
            return new FileSource(database, grants.clock());
        }
        if (settings instanceof GroupSource.Granted granted) {
            return new GrantedSource(grants.in(granted.state()), grants.clock());
        }
        throw new IllegalArgumentException("no source for " + settings);
    }
}

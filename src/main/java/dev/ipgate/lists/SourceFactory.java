package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes the source that the conf file asks for. */
final class SourceFactory {

    private SourceFactory() {}

    /** @param state the folder for what is to outlive a restart, or null for none */
    static Source of(GroupSource settings, @Nullable Path state) {
        if (settings instanceof GroupSource.ListFile file) {
            return new FileSource(file);
        }
        if (settings instanceof GroupSource.DnsName name) {
            return new DnsSource(name);
        }
        if (settings instanceof GroupSource.UrlList list) {
            return new UrlSource(list, state);
        }
        throw new IllegalArgumentException("no source for " + settings);
    }
}

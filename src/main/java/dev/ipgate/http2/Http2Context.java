package dev.ipgate.http2;

import dev.ipgate.http.HeaderNames;
import dev.ipgate.http.IoContext;

/** What the connections of one IO thread share. Used on that thread alone. */
record Http2Context(IoContext io, HpackEncoder encoder, HeaderNames names) {

    Http2Context(IoContext io) {
        this(io, new HpackEncoder(), new HeaderNames());
    }
}

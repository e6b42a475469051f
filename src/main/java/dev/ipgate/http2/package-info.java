/** HTTP/2 with clients (RFC 9113): frames, header compression, and streams, each of which is a request. */
@NullMarked
package dev.ipgate.http2;

import org.jspecify.annotations.NullMarked;

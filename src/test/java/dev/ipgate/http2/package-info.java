/** Tests of HTTP/2 with clients. */
@NullMarked
package dev.ipgate.http2;

import org.jspecify.annotations.NullMarked;

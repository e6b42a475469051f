/** HTTP/1.1 on the wire: reading messages strictly, framing bodies, and the client's side of a connection. */
@NullMarked
package dev.ipgate.http;

import org.jspecify.annotations.NullMarked;

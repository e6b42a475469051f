/** Connections to the app: forwarding a request and streaming its answer back. */
@NullMarked
package dev.ipgate.upstream;

import org.jspecify.annotations.NullMarked;

/** Listeners, the handler chain, snapshot and reload, signals and shutdown. */
@NullMarked
package dev.ipgate.server;

import org.jspecify.annotations.NullMarked;

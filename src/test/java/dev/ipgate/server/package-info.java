/** Tests of {@code dev.ipgate.server}. */
@NullMarked
package dev.ipgate.server;

import org.jspecify.annotations.NullMarked;

/** Tests of {@code dev.ipgate.client}. */
@NullMarked
package dev.ipgate.client;

import org.jspecify.annotations.NullMarked;

/** The gate beside a real nginx: what one makes of a configuration, and the other of what was imported from it. */
@NullMarked
package dev.ipgate.differential;

import org.jspecify.annotations.NullMarked;

/** Tests of the whole. */
@NullMarked
package dev.ipgate;

import org.jspecify.annotations.NullMarked;

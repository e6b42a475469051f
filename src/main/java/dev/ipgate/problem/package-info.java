/** Positions in files, and what is wrong there. */
@NullMarked
package dev.ipgate.problem;

import org.jspecify.annotations.NullMarked;

/** Tests of the package problem. */
@NullMarked
package dev.ipgate.problem;

import org.jspecify.annotations.NullMarked;

/** Tests of the package lists. */
@NullMarked
package dev.ipgate.lists;

import org.jspecify.annotations.NullMarked;

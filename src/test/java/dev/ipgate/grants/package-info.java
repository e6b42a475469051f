/** Tests of the package grants. */
@NullMarked
package dev.ipgate.grants;

import org.jspecify.annotations.NullMarked;

/** What several tests need: installed programs. */
@NullMarked
package dev.ipgate.testing;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.ipgate.upstream;

import org.jspecify.annotations.NullMarked;

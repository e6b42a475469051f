@NullMarked
package dev.ipgate.replay;

import org.jspecify.annotations.NullMarked;

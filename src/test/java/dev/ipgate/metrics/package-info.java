@NullMarked
package dev.ipgate.metrics;

import org.jspecify.annotations.NullMarked;

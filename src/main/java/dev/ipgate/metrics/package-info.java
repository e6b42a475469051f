/** What is counted, and how Prometheus is told of it. */
@NullMarked
package dev.ipgate.metrics;

import org.jspecify.annotations.NullMarked;

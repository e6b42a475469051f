@NullMarked
package dev.ipgate.eventloop;

import org.jspecify.annotations.NullMarked;

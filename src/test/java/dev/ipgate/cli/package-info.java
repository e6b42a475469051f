@NullMarked
package dev.ipgate.cli;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.ipgate.json;

import org.jspecify.annotations.NullMarked;

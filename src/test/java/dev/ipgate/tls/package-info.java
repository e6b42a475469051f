@NullMarked
package dev.ipgate.tls;

import org.jspecify.annotations.NullMarked;

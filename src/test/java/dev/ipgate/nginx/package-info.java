@NullMarked
package dev.ipgate.nginx;

import org.jspecify.annotations.NullMarked;

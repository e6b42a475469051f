@NullMarked
package dev.ipgate.http;

import org.jspecify.annotations.NullMarked;

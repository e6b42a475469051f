/** Writing JSON text, for logs, pages and commands that are asked for it. */
@NullMarked
package dev.ipgate.json;

import org.jspecify.annotations.NullMarked;

/** nginx's configuration: its language, and what ipgate makes of it. */
@NullMarked
package dev.ipgate.nginx;

import org.jspecify.annotations.NullMarked;

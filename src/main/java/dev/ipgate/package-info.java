/** ipgate, an IP-allowlist filtering reverse proxy: arguments, command, exit status. */
@NullMarked
package dev.ipgate;

import org.jspecify.annotations.NullMarked;

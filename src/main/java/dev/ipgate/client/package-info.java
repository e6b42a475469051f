/** From the peer and its forwarding headers to the one client address that everything else sees. */
@NullMarked
package dev.ipgate.client;

import org.jspecify.annotations.NullMarked;

/** TLS on a connection, for either side: handshakes, records, certificates and keys. */
@NullMarked
package dev.ipgate.tls;

import org.jspecify.annotations.NullMarked;

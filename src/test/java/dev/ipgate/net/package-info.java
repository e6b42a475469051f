/** Tests of addresses, blocks, sets and tables. */
@NullMarked
package dev.ipgate.net;

import org.jspecify.annotations.NullMarked;

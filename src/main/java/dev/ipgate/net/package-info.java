/** IP addresses, CIDR blocks, and compiled sets and tables of them. */
@NullMarked
package dev.ipgate.net;

import org.jspecify.annotations.NullMarked;

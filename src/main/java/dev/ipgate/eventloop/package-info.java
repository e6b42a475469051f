/** XNIO's threads, sockets and timers on plain Java NIO, at few system calls a connection. */
@NullMarked
package dev.ipgate.eventloop;

import org.jspecify.annotations.NullMarked;

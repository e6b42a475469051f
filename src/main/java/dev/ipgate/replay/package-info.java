/** What a conf file would have decided about the requests of an access log. */
@NullMarked
package dev.ipgate.replay;

import org.jspecify.annotations.NullMarked;

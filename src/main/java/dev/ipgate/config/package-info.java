/** From the text of the conf file to {@code Settings}, with every mistake reported at its position. */
@NullMarked
package dev.ipgate.config;

import org.jspecify.annotations.NullMarked;

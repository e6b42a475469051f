/** Tests of the conf file: one broken file for each mistake, with the expected text beside it. */
@NullMarked
package dev.ipgate.config;

import org.jspecify.annotations.NullMarked;

/** Tests of the passwords. */
@NullMarked
package dev.ipgate.auth;

import org.jspecify.annotations.NullMarked;

/** Passwords: Basic credentials, the users of an htpasswd file, and how often a client may guess. */
@NullMarked
package dev.ipgate.auth;

import org.jspecify.annotations.NullMarked;

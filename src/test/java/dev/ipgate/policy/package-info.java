/** Tests of compiled rules and their review. */
@NullMarked
package dev.ipgate.policy;

import org.jspecify.annotations.NullMarked;

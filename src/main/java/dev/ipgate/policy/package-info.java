/** Ordered allow and deny rules, compiled into a lookup that yields a decision with its reason. */
@NullMarked
package dev.ipgate.policy;

import org.jspecify.annotations.NullMarked;

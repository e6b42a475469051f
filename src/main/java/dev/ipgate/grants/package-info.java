/** Temporary allowances, made while the gate runs and kept in a folder for state: grants, and the invites to them. */
@NullMarked
package dev.ipgate.grants;

import org.jspecify.annotations.NullMarked;

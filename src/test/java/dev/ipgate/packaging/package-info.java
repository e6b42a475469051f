/** Makes what the packages hold besides the program, from what the program and the documentation say: man pages, completion. */
@org.jspecify.annotations.NullMarked
package dev.ipgate.packaging;

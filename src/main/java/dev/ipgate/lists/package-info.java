/** What fills a group of addresses: list files for now. */
@NullMarked
package dev.ipgate.lists;

import org.jspecify.annotations.NullMarked;

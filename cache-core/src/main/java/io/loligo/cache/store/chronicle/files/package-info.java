/** The files of a store: their directory, what they may take, and what is wrong with them. */
@NullMarked
package io.loligo.cache.store.chronicle.files;

import org.jspecify.annotations.NullMarked;

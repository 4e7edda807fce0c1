/** The bytes of stored pages: their drawings, their keys and the memory that they are copied through. */
@NullMarked
package io.loligo.cache.store.chronicle.page;

import org.jspecify.annotations.NullMarked;

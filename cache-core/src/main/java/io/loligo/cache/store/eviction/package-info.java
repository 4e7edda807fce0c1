/** Orders of eviction: which stored object goes next. Arrays of primitives; no maps, no files. */
@NullMarked
package io.loligo.cache.store.eviction;

import org.jspecify.annotations.NullMarked;

/** The store on Chronicle Map: shards, layout, eviction. Nothing of Chronicle leaves this package. */
@NullMarked
package io.loligo.cache.store.chronicle;

import org.jspecify.annotations.NullMarked;

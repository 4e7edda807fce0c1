/** Purges in force, the order of the latest ones, the journal that they outlive the process in, and the indexes of tags and groups. */
@NullMarked
package io.loligo.cache.store.chronicle.ban;

import org.jspecify.annotations.NullMarked;

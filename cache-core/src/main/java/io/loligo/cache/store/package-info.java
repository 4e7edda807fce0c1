/** The store of responses, as the server sees it. */
@NullMarked
package io.loligo.cache.store;

import org.jspecify.annotations.NullMarked;

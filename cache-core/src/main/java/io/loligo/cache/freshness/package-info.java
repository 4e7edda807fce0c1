/** How old a stored response is and how long it may be used. RFC 9111 §4.2. */
@NullMarked
package io.loligo.cache.freshness;

import org.jspecify.annotations.NullMarked;

/** What to do with a request once the cache has been consulted; validation, preconditions, ranges. RFC 9111 §4, RFC 9110 §13 and §14. */
@NullMarked
package io.loligo.cache.reuse;

import org.jspecify.annotations.NullMarked;

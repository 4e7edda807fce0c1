/** What an unsafe request's answer makes unusable. RFC 9111 §4.4. */
@NullMarked
package io.loligo.cache.invalidation;

import org.jspecify.annotations.NullMarked;

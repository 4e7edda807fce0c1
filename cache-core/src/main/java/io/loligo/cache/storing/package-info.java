/** Whether a response may be stored. RFC 9111 §3. */
@NullMarked
package io.loligo.cache.storing;

import org.jspecify.annotations.NullMarked;

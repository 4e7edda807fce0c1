/** Which stored responses a request may be compared with. RFC 9111 §2 and §4.1. */
@NullMarked
package io.loligo.cache.key;

import org.jspecify.annotations.NullMarked;

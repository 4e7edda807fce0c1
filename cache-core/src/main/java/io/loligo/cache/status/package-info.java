/** Names of what happened: RFC 9211 reasons, Squid's result and hierarchy codes. */
@NullMarked
package io.loligo.cache.status;

import org.jspecify.annotations.NullMarked;

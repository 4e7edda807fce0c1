/** The caching reverse proxy and its composition root. */
@NullMarked
package io.loligo.proxy;

import org.jspecify.annotations.NullMarked;

/**
 * The caching reverse proxy. {@link io.loligo.proxy.LoligoServer} creates all parts of a server and connects them; the
 * packages below know nothing of this one.
 */
@NullMarked
package io.loligo.proxy;

import org.jspecify.annotations.NullMarked;

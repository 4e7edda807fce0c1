/** Peers: selection, liveness, pools, and the HTTP/1.1 client towards them. */
@NullMarked
package io.loligo.proxy.origin;

import org.jspecify.annotations.NullMarked;

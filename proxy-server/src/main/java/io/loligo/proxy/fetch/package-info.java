/** Trips to the origin: what is asked, who shares an answer, the way of a body to the store and the clients, what a validation leads to. */
@NullMarked
package io.loligo.proxy.fetch;

import org.jspecify.annotations.NullMarked;

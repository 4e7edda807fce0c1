/** The decisions about a request, written down with their reasons. */
@NullMarked
package io.loligo.proxy.explain;

import org.jspecify.annotations.NullMarked;

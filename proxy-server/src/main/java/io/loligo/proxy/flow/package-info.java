/** The life of a request. */
@NullMarked
package io.loligo.proxy.flow;

import org.jspecify.annotations.NullMarked;

/** The life of a request: the decisions about it, and what each of them leads to. */
@NullMarked
package io.loligo.proxy.flow;

import org.jspecify.annotations.NullMarked;

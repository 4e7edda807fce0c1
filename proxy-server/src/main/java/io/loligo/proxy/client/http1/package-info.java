/** The door of HTTP/1.1: one reader for every request, one writer for every answer. The only room that knows this wire. */
@NullMarked
package io.loligo.proxy.client.http1;

import org.jspecify.annotations.NullMarked;

/**
 * HTTP/1.1 as bytes and values, for both sides: kinds of octets, readers of heads, framing of bodies, chunks, their
 * limits and exceptions. No sockets. RFC 9112.
 */
@NullMarked
package io.loligo.proxy.http1;

import org.jspecify.annotations.NullMarked;

/** The doors: listening sockets and the client connections. The only room that knows how bytes of clients look. */
@NullMarked
package io.loligo.proxy.client;

import org.jspecify.annotations.NullMarked;

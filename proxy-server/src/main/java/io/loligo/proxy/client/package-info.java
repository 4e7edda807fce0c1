/** The doors: listening sockets, how many clients may come in, and what their connections carry before HTTP. */
@NullMarked
package io.loligo.proxy.client;

import org.jspecify.annotations.NullMarked;

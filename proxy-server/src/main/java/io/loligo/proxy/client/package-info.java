/** Where clients come in: what their connections carry before and below HTTP. */
@NullMarked
package io.loligo.proxy.client;

import org.jspecify.annotations.NullMarked;

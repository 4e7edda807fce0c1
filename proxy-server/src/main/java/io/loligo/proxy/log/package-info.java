/** One record per exchange, written once, off the I/O thread. */
@NullMarked
package io.loligo.proxy.log;

import org.jspecify.annotations.NullMarked;

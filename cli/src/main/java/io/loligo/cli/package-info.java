/** The command {@code loligo}: runs a server, checks a configuration, and talks to a running server's admin listener. */
@NullMarked
package io.loligo.cli;

import org.jspecify.annotations.NullMarked;

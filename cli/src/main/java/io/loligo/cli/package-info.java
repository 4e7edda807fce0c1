/** The command line. */
@NullMarked
package io.loligo.cli;

import org.jspecify.annotations.NullMarked;

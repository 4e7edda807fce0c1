/** Of the log, what is measured apart: its formats are nobody else's, so it stands in their package. */
@NullMarked
package io.loligo.proxy.log;

import org.jspecify.annotations.NullMarked;

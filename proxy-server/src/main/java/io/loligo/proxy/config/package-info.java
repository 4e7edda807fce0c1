/** squid.conf: lines, directives, their table, and the configuration they make. */
@NullMarked
package io.loligo.proxy.config;

import org.jspecify.annotations.NullMarked;

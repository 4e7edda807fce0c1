/** The admin listener, Squid's manager pages, counters. */
@NullMarked
package io.loligo.proxy.admin;

import org.jspecify.annotations.NullMarked;

/** Messages as values: heads, fields, directives, dates. RFC 9110 and RFC 9112, no I/O. */
@NullMarked
package io.loligo.cache.http;

import org.jspecify.annotations.NullMarked;

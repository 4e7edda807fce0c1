/** What goes out to clients: fields, heads in wire form, bodies at the client's pace, error pages. */
@NullMarked
package io.loligo.proxy.respond;

import org.jspecify.annotations.NullMarked;

/** Who may do what: acl types, access lists, first match. */
@NullMarked
package io.loligo.proxy.access;

import org.jspecify.annotations.NullMarked;

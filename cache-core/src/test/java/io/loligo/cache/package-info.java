/** What the tests of several packages share. */
@NullMarked
package io.loligo.cache;

import org.jspecify.annotations.NullMarked;

/** Scenario tests on the whole server. */
@NullMarked
package io.loligo.tests;

import org.jspecify.annotations.NullMarked;

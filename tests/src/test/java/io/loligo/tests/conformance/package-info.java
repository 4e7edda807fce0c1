/**
 * Runs the cases of a public HTTP cache suite, exported as data, against a proxy: an origin and a client of its own on
 * real sockets, and the verdicts. The cases are not part of the project; their path comes in from outside.
 */
@NullMarked
package io.loligo.tests.conformance;

import org.jspecify.annotations.NullMarked;

/** Measurements of the store alone: {@code tests/bench/store}. They use what the server uses of it, and nothing else. */
@NullMarked
package io.loligo.tests.bench;

import org.jspecify.annotations.NullMarked;

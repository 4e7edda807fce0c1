/** Loligo beside other caches: {@code tests/bench/run}. The same jobs, the same origin, in alternation, in one run. */
@NullMarked
package io.loligo.tests.bench.peers;

import org.jspecify.annotations.NullMarked;

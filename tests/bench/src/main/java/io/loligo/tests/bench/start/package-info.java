/** How long a server takes from its start to its first answer, and what it is resident with: {@code tests/bench/start}. */
@NullMarked
package io.loligo.tests.bench.start;

import org.jspecify.annotations.NullMarked;

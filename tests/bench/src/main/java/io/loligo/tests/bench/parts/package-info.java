/** What the parts of a hit take each, in ns and in bytes allocated: {@code tests/bench/parts}. */
@NullMarked
package io.loligo.tests.bench.parts;

import org.jspecify.annotations.NullMarked;

/** One request of a client: what is known of it, the client that it answers, the rules in force, and answers from the store. */
@NullMarked
package io.loligo.proxy.exchange;

import org.jspecify.annotations.NullMarked;

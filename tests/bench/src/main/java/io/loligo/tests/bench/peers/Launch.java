package io.loligo.tests.bench.peers;

import java.util.List;
import java.util.Map;

/**
 * How a server is started, the same way each time.
 *
 * @param command in the foreground
 * @param companions what runs beside it and belongs to its cost, such as a writer of logs; started once its port answers
 * @param environment added to ours
 */
record Launch(List<String> command, List<List<String>> companions, Map<String, String> environment) {
    Launch(List<String> command) {
        this(command, List.of(), Map.of());
    }
}

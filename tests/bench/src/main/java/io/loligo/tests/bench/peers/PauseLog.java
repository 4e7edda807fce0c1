package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM logs of its safepoints, those of the collector and any other: times in which no thread runs. */
final class PauseLog {
    /** The option that makes a JVM write one. */
    static String option(Path file) {
        return "-Xlog:safepoint:file=" + file + "::filecount=0";
    }

    private static final Pattern TOTAL = Pattern.compile("Safepoint .*Total: +(\\d+) ns");

    private final Path file;

    PauseLog(Path file) {
        this.file = file;
    }

    /** Where it ends now. */
    long end() throws IOException {
        return Files.size(file);
    }

    double longestMillisSince(long mark) throws IOException {
        String all = Files.readString(file);
        return longestMillis(all.substring((int) Math.min(mark, all.length())));
    }

    /** 0 when there was none. */
    static double longestMillis(String log) {
        Matcher matcher = TOTAL.matcher(log);
        long longest = 0;
        while (matcher.find()) {
            longest = Math.max(longest, Long.parseLong(matcher.group(1)));
        }
        return longest / 1e6;
    }
}

package io.loligo.tests.bench.peers;

/**
 * One thing that a scene measures: a column of its table, a field of the JSON.
 *
 * @param field in the JSON, with its unit
 * @param heading of the column, with its unit
 * @param decimals that are shown
 * @param better which way is better; it is shown as a multiple of the base's only where there is one
 * @param total whether rounds are added up, as errors are; otherwise the median counts
 */
record Measure(String field, String heading, int decimals, Better better, boolean total) {
    /** Which way is better. */
    enum Better {
        LOWER,
        HIGHER,
        /** Not compared. */
        NEITHER
    }

    static final Measure CPU = lower("cpu_us", "CPU µs", 2);
    static final Measure CPU_PER_GB = lower("cpu_s_per_gb", "CPU s/GB", 3);
    static final Measure RATE = new Measure("requests_per_s", "req/s", 0, Better.HIGHER, false);
    static final Measure P50 = plain("p50_us", "p50 µs", 0);
    static final Measure P99 = plain("p99_us", "p99 µs", 0);
    static final Measure P999 = plain("p999_us", "p99.9 µs", 0);
    static final Measure MEMORY = plain("rss_mb", "RSS MB", 0);
    static final Measure ALLOCATED = plain("allocated_bytes", "B alloc", 0);
    static final Measure PAUSE = plain("longest_pause_ms", "pause ms", 2);
    static final Measure LOGGED = plain("logged_bytes", "B logged", 0);
    static final Measure ERRORS = sum("errors", "errors");
    static final Measure NOT_THE_JOB = sum("windows_not_the_job", "not job");

    /** Compared, the less the better. */
    static Measure lower(String field, String heading, int decimals) {
        return new Measure(field, heading, decimals, Better.LOWER, false);
    }

    static Measure plain(String field, String heading, int decimals) {
        return new Measure(field, heading, decimals, Better.NEITHER, false);
    }

    static Measure sum(String field, String heading) {
        return new Measure(field, heading, 0, Better.NEITHER, true);
    }

    /** The same where it is what the scene is about. */
    Measure lowerIsBetter() {
        return new Measure(field, heading, decimals, Better.LOWER, total);
    }

    /** The same where it is given. */
    Measure uncompared() {
        return new Measure(field, heading, decimals, Better.NEITHER, total);
    }
}

package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One thing that is measured of every server: a row of the summary, a table of its own.
 *
 * <p>For each server that is fit: {@link #warm} once, then {@link #measure} round by round in alternation, A B C, A B C.
 * One that throws an IOException has failed at it, which the table says; the others go on.
 */
interface Scene {
    /** Such as W1. */
    String number();

    /** A word for the command line and the JSON, such as hit-1k. */
    String name();

    /** A line for people. */
    String title();

    /** The columns, in their order. */
    List<Measure> measures();

    /** Those that the summary shows, a line each. */
    default List<Measure> summary() {
        return measures().subList(0, 1);
    }

    default Setup setup() {
        return Setup.HITS;
    }

    /** Whether it needs servers that nothing else has used, and leaves them so that nothing else can use them. */
    default boolean fresh() {
        return once();
    }

    /** Whether one round is all, however many are asked for: it is long, and leaves no server that is fresh for another. */
    default boolean once() {
        return false;
    }

    /** What it needs that is not installed, and where to get it; empty when it can be measured. */
    default Optional<String> lacks() {
        return Optional.empty();
    }

    /** Once, before any server is looked at. */
    default void prepare(Bench bench, List<RunningPeer> peers) throws IOException {}

    /** Why a server does not do this job; empty once it has shown that it does. */
    default Optional<String> unfit(Bench bench, RunningPeer peer) throws IOException {
        return Optional.empty();
    }

    /** Puts the very load on it, until it is as fast as it gets. */
    default void warm(Bench bench, RunningPeer peer) throws IOException {}

    /** One window. */
    Sample measure(Bench bench, RunningPeer peer) throws IOException;
}

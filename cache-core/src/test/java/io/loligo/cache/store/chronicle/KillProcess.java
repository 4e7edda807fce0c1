package io.loligo.cache.store.chronicle;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM that runs {@link KillLoad}, and can be killed. */
final class KillProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final Path errors;

    KillProcess(Path directory, Path journals, long round, long seed, int pages) throws IOException {
        errors = journals.resolve("errors-" + round);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--add-")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx512m"));
        command.addAll(
                List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.addAll(List.of(
                KillLoad.class.getName(),
                directory.toString(),
                journals.toString(),
                Long.toString(round),
                Long.toString(seed),
                Integer.toString(pages)));
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Waits until it has printed {@code line}. */
    void await(String line) throws IOException {
        for (String said = out.readLine(); !line.equals(said); said = out.readLine()) {
            if (said == null || said.startsWith("WRONG")) {
                throw new AssertionError("instead of " + line + ": " + said + "\n" + Files.readString(errors));
            }
        }
    }

    /** Has it close the store in order. */
    void end() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /**
     * Kills it after {@code micros}, unless it has ended by then.
     *
     * @return every other line that it printed
     */
    List<String> killAfter(long micros) throws IOException, InterruptedException {
        boolean ended = process.waitFor(micros, TimeUnit.MICROSECONDS);
        // Not Process.destroyForcibly, which closes what the process has printed.
        process.toHandle().destroyForcibly();
        process.waitFor();
        List<String> rest = new ArrayList<>(out.lines().toList());
        int status = process.exitValue();
        if (status != 137 && !(ended && status == 0)) {
            rest.add("WRONG: it ended with " + status + "\n" + Files.readString(errors));
        }
        return rest;
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        out.close();
    }
}

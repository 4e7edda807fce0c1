package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A build of Loligo, started by the launcher as a user would, unless there are JVM options that take its place. */
final class LoligoPeer implements Peer {
    static final String PAUSE_LOG = "safepoints.log";
    static final String COLLECTOR_LOG = "collector.log";

    private final String name;
    private final Path build;
    private final Path launcher;
    private final @Nullable String options;

    /**
     * @param build with loligo.jar and lib/
     * @param launcher for builds that have none of their own
     * @param options of the JVM, without any of the launcher's; null to start by the launcher
     */
    LoligoPeer(String name, Path build, Path launcher, @Nullable String options) {
        this.name = name;
        this.build = build;
        this.launcher = Files.isExecutable(build.resolve("loligo")) ? build.resolve("loligo") : launcher;
        this.options = options;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return name.equals("loligo") ? "Loligo" : name;
    }

    @Override
    public boolean isJvm() {
        return true;
    }

    @Override
    public Optional<String> missing() {
        Path jar = build.resolve("loligo.jar");
        if (!Files.exists(jar)) {
            return Optional.of("there is no " + jar + " (./mvnw -DskipTests package)");
        }
        return Files.isExecutable(launcher) ? Optional.empty() : Optional.of("there is no " + launcher);
    }

    @Override
    public String version() throws IOException {
        String own = Programs.output(java(), "-jar", build.resolve("loligo.jar").toString(), "--version")
                .strip();
        String jdk = Programs.output(java(), "-version").replaceFirst("(?s).*?version \"([^\"]+)\".*", "JDK $1");
        return own.lines().findFirst().orElse(name) + " on " + jdk;
    }

    private static String java() {
        String home = System.getenv("JAVA_HOME");
        return home == null || home.isEmpty()
                ? "java"
                : Path.of(home, "bin", "java").toString();
    }

    @Override
    public Launch prepare(Place place, Origin origin, Setup setup) throws IOException {
        String cache = "cache_mem " + setup.memoryMegabytes() + " MB\n";
        if (setup.files()) {
            cache = "cache_dir ufs " + place.file("cache") + " " + setup.memoryMegabytes() + " 16 256\n";
        }
        Files.writeString(
                place.file("squid.conf"), SharedSquidConf.lines(place, origin, setup) + cache + "admin_port 0\n");
        List<String> more = new ArrayList<>(
                List.of(PauseLog.option(place.file(PAUSE_LOG)), CollectorLog.option(place.file(COLLECTOR_LOG))));
        if (setup.heapTouched()) {
            more.add("-XX:+AlwaysPreTouch");
        }
        List<String> run = List.of("run", "-f", place.file("squid.conf").toString());
        if (options == null) {
            Map<String, String> environment = new HashMap<>();
            String given = System.getenv("LOLIGO_JAVA_OPTS");
            if (given != null) {
                more.add(given);
            }
            environment.put("LOLIGO_JAVA_OPTS", String.join(" ", more));
            environment.put("LOLIGO_HOME", build.toString());
            List<String> command = new ArrayList<>(List.of(launcher.toString()));
            command.addAll(run);
            return new Launch(command, List.of(), environment);
        }
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(more);
        options.lines()
                .flatMap(line -> List.of(line.split("\\s+", -1)).stream())
                .filter(word -> !word.isEmpty())
                .forEach(command::add);
        command.addAll(List.of("-jar", build.resolve("loligo.jar").toString()));
        command.addAll(run);
        return new Launch(command);
    }
}

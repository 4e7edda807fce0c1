package io.loligo.tests.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of {@code tests/bench/run}. */
@Command(
        name = "tests/bench/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Measures Loligo beside other caches: the same jobs, the same origin, in alternation, in one run."
        })
final class PeersBench implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = {"-s", "--servers"},
            split = ",",
            paramLabel = "NAME",
            description = "of ${COMPLETION-CANDIDATES}")
    private List<String> servers = List.of("loligo", "nginx", "varnish", "squid");

    @Option(
            names = {"-w", "--workloads"},
            split = ",",
            paramLabel = "NAME",
            description = "by name or number")
    private List<String> workloads = List.of();

    @Option(
            names = {"-r", "--rounds"},
            paramLabel = "N",
            defaultValue = "3")
    private int rounds;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "S",
            defaultValue = "3")
    private int duration;

    @Option(
            names = {"-c", "--connections"},
            paramLabel = "N",
            defaultValue = "64")
    private int connections;

    @Option(names = "--warmup", paramLabel = "S", defaultValue = "15")
    private int warmup;

    @Option(names = "--unpinned")
    private boolean unpinned;

    @Option(names = "--java-opts", paramLabel = "OPTS")
    private @Nullable String javaOptions;

    @Option(names = "--also", paramLabel = "NAME=DIR")
    private Map<String, Path> also = new LinkedHashMap<>();

    @Option(names = "--build", paramLabel = "DIR")
    private Path build = Path.of("..", "cli", "target");

    @Option(names = "--out", paramLabel = "DIR")
    private Path out = Path.of("bench", "target");

    @Override
    public Integer call() throws Exception {
        for (String tool : List.of("wrk", "nginx", "taskset")) {
            if (Programs.find(tool).isEmpty()) {
                throw new ParameterException(spec.commandLine(), tool + " is not installed");
            }
        }
        List<Scene> scenes = scenes();
        List<Peer> peers = peers();
        Cores cores = Cores.ofThisMachine(!unpinned);
        Bench.Load load = new Bench.Load(rounds, Duration.ofSeconds(duration), Duration.ofSeconds(warmup), connections);
        cores.pinThisProcess();
        try (Workplace workplace = Workplace.create()) {
            Report report = new Report(System.out, Instant.now(), command(), load, cores);
            report.servers(versions(peers));
            Bench bench = new Bench(workplace, Origin.start(workplace, cores), cores, load);
            try (Runner runner = new Runner(bench, peers, line -> System.err.println(line))) {
                for (Scene scene : scenes) {
                    report.add(runner.run(scene));
                }
            }
            System.out.println("saved: " + report.save(out));
        }
        return 0;
    }

    private String command() {
        return String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    private static Map<Peer, String> versions(List<Peer> peers) throws IOException {
        Map<Peer, String> versions = new LinkedHashMap<>();
        for (Peer peer : peers) {
            versions.put(peer, peer.version());
        }
        return versions;
    }

    private List<Scene> scenes() {
        if (workloads.isEmpty()) {
            return Scenes.all();
        }
        List<Scene> chosen = new ArrayList<>();
        for (String word : workloads) {
            chosen.add(Scenes.all().stream()
                    .filter(scene -> scene.name().equals(word) || scene.number().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new ParameterException(spec.commandLine(), "no workload " + word)));
        }
        return chosen;
    }

    private List<Peer> peers() {
        Path home = build.toAbsolutePath().normalize();
        Path launcher = home.resolve("loligo");
        List<Peer> known = new ArrayList<>(List.of(new LoligoPeer("loligo", home, launcher, javaOptions)));
        also.forEach((name, directory) ->
                known.add(new LoligoPeer(name, directory.toAbsolutePath().normalize(), launcher, javaOptions)));
        known.addAll(List.of(new NginxPeer(), new VarnishPeer(), new SquidPeer()));
        List<String> wanted = new ArrayList<>(servers);
        wanted.addAll(also.keySet());
        List<Peer> peers = new ArrayList<>();
        for (Peer peer : known) {
            if (!wanted.remove(peer.name())) {
                continue;
            }
            Optional<String> missing = peer.missing();
            missing.ifPresent(why -> System.err.println("left out " + peer.name() + ": " + why));
            if (missing.isEmpty()) {
                peers.add(peer);
            }
        }
        if (!wanted.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no server " + wanted);
        }
        if (peers.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "nothing to measure");
        }
        return peers;
    }

    public static void main(String... arguments) {
        System.exit(new CommandLine(new PeersBench()).execute(arguments));
    }
}

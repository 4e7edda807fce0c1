package io.loligo.tests.bench.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.loligo.tests.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
            "Measures Loligo beside other caches: the same jobs, the same origin, in alternation (A B C, A B C, ...), in one"
                    + " run. It installs nothing; what is missing is named and left out, but for wrk, taskset and nginx,"
                    + " which is the origin too.",
            "",
            "Each server has an expert's configuration for the job, must show that its bodies are right and that the origin"
                    + " is asked as often as the job wants, and is warmed under the very load. Claims are ratios within one"
                    + " run. The steadiest figure is CPU time per request, user and system time of all of a server's"
                    + " processes, which holds even where the load generator is the limit.",
            "",
            "Everything listens on 127.0.0.1, lives in a directory of its own in /dev/shm and is stopped at the end, by"
                    + " signals too. LOLIGO_JAVA_OPTS adds options to Loligo's JVM as its launcher does; JAVA_HOME chooses"
                    + " the JDK.",
            ""
        },
        footer = {
            "",
            "In the tables × is the multiple of the first server's. RSS counts shared pages once, and no files in memory,"
                    + " where nginx and Traffic Server have their pages. B alloc is what the JVM allocates on its heap per"
                    + " request; pause the longest time in which none of its threads ran; not job the windows of which the"
                    + " origin's count says that this was not the job.",
            "",
            "Exit code: 0 done, 1 Loligo does not do one of the jobs, 2 a wrong command line or something is missing."
        })
final class PeersBench implements Callable<Integer> {
    private static final String LOLIGO = "loligo";

    /** What {@code --quick} measures. */
    private static final Set<String> QUICK = Set.of("W1", "W2", "W3", "W6", "W6b", "W9", "W1r");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = {"-s", "--servers"},
            split = ",",
            paramLabel = "NAME",
            description = "of loligo, nginx, varnish, squid, trafficserver, haproxy (default: all)")
    private List<String> servers = List.of(LOLIGO, "nginx", "varnish", "squid", "trafficserver", "haproxy");

    @Option(
            names = {"-w", "--workloads"},
            split = ",",
            paramLabel = "NAME",
            description = "by name or number, see --list (default: all)")
    private List<String> workloads = List.of();

    @Option(names = "--list", description = "list the workloads and end")
    private boolean list;

    @Option(names = "--quick", description = "a third of the workloads, windows of 1 s, a warm-up of 8 s")
    private boolean quick;

    @Option(
            names = {"-r", "--rounds"},
            paramLabel = "N",
            defaultValue = "3",
            description = "windows per server and workload; medians count (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = {"-d", "--duration"},
            paramLabel = "S",
            description = "seconds per window (default: 3)")
    private @Nullable Integer duration;

    @Option(
            names = {"-c", "--connections"},
            paramLabel = "N",
            defaultValue = "64",
            description = "kept alive under closed load; at most 8 for large bodies (default: ${DEFAULT-VALUE})")
    private int connections;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            description =
                    "seconds of the very load before the first window of a JVM, and as many windows more as it still gets"
                            + " faster (default: 15; others get 1)")
    private @Nullable Integer warmup;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "5000",
            description = "requests per second of the open loop (default: ${DEFAULT-VALUE})")
    private int rate;

    @Option(
            names = "--unpinned",
            description = "all share all cores (default: the server on core 0, origin and load on the last)")
    private boolean unpinned;

    @Option(
            names = "--build",
            paramLabel = "DIR",
            description = "with loligo.jar, lib/ and the launcher (default: cli/target)")
    private @Nullable Path build;

    @Option(
            names = "--also",
            paramLabel = "NAME=DIR",
            description = "another build beside it, under that name; may be repeated")
    private Map<String, Path> also = new LinkedHashMap<>();

    @Option(
            names = "--java-opts",
            paramLabel = "OPTS",
            description = "start java with these options, not by the launcher and its own")
    private @Nullable String javaOptions;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "where the JSON, the tables as text and Markdown, and the plot go (default: tests/bench/target)")
    private @Nullable Path out;

    @Option(names = "--from", paramLabel = "JSON", description = "measure nothing, take what an earlier run saved")
    private @Nullable Path from;

    @Option(names = "--plot", paramLabel = "FILE", description = "write the plot, an SVG, there too")
    private @Nullable Path plot;

    @Option(names = "--markdown", description = "print the summary in Markdown at the end")
    private boolean markdown;

    @Override
    public Integer call() throws Exception {
        if (list) {
            for (Scene scene : Scenes.all(rate)) {
                System.out.printf("%-20s %-9s %s%n", scene.name(), scene.number(), scene.title());
            }
            return 0;
        }
        if (from != null) {
            show(new ObjectMapper().readTree(from.toFile()));
            return 0;
        }
        Report report = measure();
        System.out.println("saved: " + report.save(out == null ? root().resolve("tests/bench/target") : out));
        show(report.json());
        return report.allDoneBy(ours()) ? 0 : 1;
    }

    private void show(JsonNode run) throws IOException {
        if (plot != null) {
            Files.writeString(plot, new Plot(run).svg());
        }
        if (markdown) {
            System.out.print(new Summary(run).markdown());
        }
    }

    private Report measure() throws IOException {
        for (Optional<String> missing : List.of(
                Programs.missing("wrk", "wrk"),
                Programs.missing("nginx", "nginx-light"),
                Programs.missing("taskset", "util-linux"))) {
            missing.ifPresent(this::refuse);
        }
        List<Scene> scenes = scenes();
        List<Peer> peers = peers();
        Cores cores = Cores.ofThisMachine(!unpinned);
        Bench.Load load = new Bench.Load(
                positive("--rounds", rounds),
                Duration.ofSeconds(positive("--duration", duration == null ? (quick ? 1 : 3) : duration)),
                Duration.ofSeconds(positive("--warmup", warmup == null ? (quick ? 8 : 15) : warmup)),
                positive("--connections", connections));
        cores.pinThisProcess();
        try (Workplace workplace = Workplace.create()) {
            Report report = new Report(System.out, Instant.now(), command(), launcherOptions(), load, cores);
            report.servers(versions(peers));
            Bench bench = new Bench(workplace, Origin.start(workplace, cores), cores, load);
            try (Runner runner = new Runner(bench, peers, line -> System.err.println(line))) {
                for (Scene scene : scenes) {
                    report.add(runner.run(scene));
                }
            }
            return report;
        }
    }

    /** What of the command line shapes the figures. */
    private String command() {
        List<String> words = new ArrayList<>();
        List<String> given = spec.commandLine().getParseResult().originalArgs();
        for (int i = 0; i < given.size(); i++) {
            String word = given.get(i);
            if (word.equals("--out") || word.equals("--plot")) {
                i++;
            } else if (!word.startsWith("--out=") && !word.startsWith("--plot=") && !word.equals("--markdown")) {
                words.add(word);
            }
        }
        return String.join(" ", words);
    }

    private String launcherOptions() {
        String options = System.getenv("LOLIGO_JAVA_OPTS");
        return options == null || javaOptions != null ? "" : options;
    }

    private int positive(String name, int value) {
        if (value < 1) {
            refuse(name + " must be positive");
        }
        return value;
    }

    private void refuse(String why) {
        throw new ParameterException(spec.commandLine(), why);
    }

    private static Path root() {
        String named = System.getProperty("bench.root");
        return named == null ? Checkout.root() : Path.of(named);
    }

    private static Map<Peer, String> versions(List<Peer> peers) throws IOException {
        Map<Peer, String> versions = new LinkedHashMap<>();
        for (Peer peer : peers) {
            versions.put(peer, peer.version());
        }
        return versions;
    }

    private List<Scene> scenes() {
        List<Scene> known = Scenes.all(positive("--rate", rate));
        for (String word : workloads) {
            if (known.stream().noneMatch(scene -> isCalled(scene, word))) {
                refuse("no workload " + word + "; --list lists them");
            }
        }
        List<Scene> scenes = known.stream()
                .filter(scene -> workloads.isEmpty()
                        ? !quick || QUICK.contains(scene.number())
                        : workloads.stream().anyMatch(word -> isCalled(scene, word)))
                .toList();
        List<Scene> possible = new ArrayList<>();
        for (Scene scene : scenes) {
            scene.lacks().ifPresent(why -> System.err.println("left out " + scene.name() + ": " + why));
            if (scene.lacks().isEmpty()) {
                possible.add(scene);
            }
        }
        return possible;
    }

    private static boolean isCalled(Scene scene, String word) {
        return scene.name().equals(word) || scene.number().equals(word);
    }

    /** The names of the builds of Loligo. */
    private Set<String> ours() {
        Set<String> names = also.keySet().stream().collect(Collectors.toSet());
        names.add(LOLIGO);
        return names;
    }

    private List<Peer> peers() {
        Path home = (build == null ? root().resolve("cli/target") : build)
                .toAbsolutePath()
                .normalize();
        Path launcher = home.resolve("loligo");
        List<Peer> known = new ArrayList<>(List.of(new LoligoPeer(LOLIGO, home, launcher, javaOptions)));
        also.forEach((name, directory) ->
                known.add(new LoligoPeer(name, directory.toAbsolutePath().normalize(), launcher, javaOptions)));
        known.addAll(List.of(
                new NginxPeer(), new VarnishPeer(), new SquidPeer(), new TrafficServerPeer(), new HaproxyPeer()));
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
            refuse("no server " + String.join(", ", wanted));
        }
        if (peers.isEmpty()) {
            refuse("nothing to measure");
        }
        return peers;
    }

    public static void main(String... arguments) {
        System.exit(new CommandLine(new PeersBench()).execute(arguments));
    }
}

package dev.runlog.bench;

import dev.runlog.app.database.EmbeddedDatabase;
import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.Databases;
import dev.runlog.bench.database.Loader;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.figure.StagedRows;
import dev.runlog.bench.result.Machine;
import dev.runlog.bench.result.Report;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Closing;
import dev.runlog.bench.support.Home;
import dev.runlog.bench.support.Options;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.EventSender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code runlog bench}. */
@Command(
        name = "runlog bench",
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        description = {
            "Compares Runlog with its database alone, prints a table and writes bench.md and bench.json.",
            "It starts a PostgreSQL of its own, or takes that of RUNLOG_DATABASE_URL, where it makes databases of its own "
                    + "named runlog_bench..."
        })
public final class BenchCommand implements Callable<Integer> {
    /** For 64 database clients and the server. */
    private static final int CONNECTIONS_MAX = 120;

    @Option(names = "--executions", paramLabel = "N", description = "Number of executions to load. Default: 5000000")
    private @Nullable Long executions;

    @Option(names = "--workflows", paramLabel = "N", description = "Number of workflows. Default: 10000")
    private @Nullable Integer workflows;

    @Option(names = "--owners", paramLabel = "N", description = "Number of owners. Default: 1000")
    private @Nullable Integer owners;

    @Option(names = "--seconds", paramLabel = "N", description = "Seconds per measurement. Default: 10")
    private @Nullable Integer seconds;

    @Option(names = "--rounds", paramLabel = "N", description = "Measurements per side. Default: 5")
    private @Nullable Integer rounds;

    @Option(names = "--warm-up", paramLabel = "N", description = "Seconds of warm-up. Default: 20")
    private @Nullable Integer warmUp;

    @Option(names = "--connections", paramLabel = "N", description = "Connections for reading. Default: 16")
    private int connections;

    @Option(names = "--only", split = ",", paramLabel = "FIGURE", description = "Only these figures.")
    private List<String> only;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description = "Keep the database in this directory, and reuse it if it has the same sizes.")
    private @Nullable Path keep;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Directory for the report and logs. Default: target/bench")
    private @Nullable Path out;

    @Option(names = "--quick", description = "Small and short, for a test of the benchmark; not for publication.")
    private boolean quick;

    @Option(names = "--hyperfoil", description = "Use Hyperfoil for closed loops even if wrk is installed.")
    private boolean hyperfoil;

    private BenchCommand() {
        connections = 16;
        only = List.of();
    }

    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new BenchCommand());
        command.getCommandSpec()
                .usageMessage()
                .footerHeading("%nFigures:%n")
                .footer(Figures.all().stream()
                        .map(figure -> "  " + figure.name())
                        .toArray(String[]::new));
        System.exit(command.setExecutionExceptionHandler((failure, failed, parsed) -> {
                    if (failure instanceof BenchFailure) {
                        System.err.println("runlog bench: " + failure.getMessage());
                    } else {
                        failure.printStackTrace();
                    }
                    return 1;
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        Home home = Home.find();
        Options options = options(home);
        List<Figure> figures = figures(options);
        Files.createDirectories(options.out());
        Path directory = Files.createTempDirectory("runlog-bench-");
        Closing closing = new Closing();
        closing.add(() -> delete(directory));
        // Also stops on a signal: the database runs in its own session, which Ctrl+C does not reach.
        Thread hook = new Thread(closing::close, "close");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return run(options, figures, home, directory, server(options, directory, closing), closing);
        } finally {
            closing.close();
        }
    }

    /** The configured database server, otherwise an embedded one. */
    private static Postgres server(Options options, Path directory, Closing closing) {
        String url = System.getenv().getOrDefault("RUNLOG_DATABASE_URL", "");
        if (!url.isEmpty()) {
            return Postgres.of(url);
        }
        Path data = options.keep() == null ? directory.resolve("database") : options.keep();
        EmbeddedDatabase embedded = EmbeddedDatabase.start(data, CONNECTIONS_MAX);
        closing.add(embedded::close);
        return Postgres.of(embedded.url());
    }

    private Options options(Home home) {
        long count = executions != null ? executions : quick ? 100_000 : 5_000_000;
        return new Options(
                count,
                workflows != null ? workflows : (int) Math.max(20, Math.min(10_000, count / 500)),
                owners != null ? owners : (int) Math.max(2, Math.min(1_000, count / 5_000)),
                30,
                Duration.ofSeconds(seconds != null ? seconds : quick ? 2 : 10),
                Duration.ofSeconds(warmUp != null ? warmUp : quick ? 4 : 20),
                rounds != null ? rounds : quick ? 1 : 5,
                connections,
                only,
                keep,
                out != null ? out : home.root().resolve("target").resolve("bench"),
                hyperfoil);
    }

    private List<Figure> figures(Options options) {
        List<Figure> all = Figures.all();
        List<String> names = all.stream().map(Figure::name).toList();
        for (String name : options.only()) {
            if (!names.contains(name)) {
                throw new ParameterException(
                        new CommandLine(this),
                        "Invalid --only: " + name + " (expected " + String.join(", ", names) + ").");
            }
        }
        return all.stream()
                .filter(figure -> options.only().isEmpty() || options.only().contains(figure.name()))
                .toList();
    }

    private static int run(
            Options options, List<Figure> figures, Home home, Path directory, Postgres server, Closing closing) {
        Postgres database = server.named("runlog_bench");
        DataSet wanted = new DataSet(
                options.executions(),
                options.workflows(),
                options.owners(),
                options.days(),
                (int) Math.min(200, options.executions() / 100),
                System.currentTimeMillis());
        DataSet kept = Databases.find(database, wanted);
        DataSet set = kept == null ? wanted : kept;
        if (kept == null) {
            Databases.load(database, set);
        }
        Instant began = Instant.now();
        Bench bench = new Bench(options, home, directory, database, set);
        closing.add(bench::close);
        try {
            return measure(bench, figures) ? 1 : 0;
        } finally {
            bench.close();
            if (options.keep() == null) {
                Databases.drop(database);
                Databases.drop(server.named("runlog_bench_small"));
            } else {
                Progress.say("removing what was recorded");
                StagedRows.drop(database);
                Loader.restore(database, began);
            }
        }
    }

    private static boolean measure(Bench bench, List<Figure> figures) {
        Report report = new Report(
                Machine.describe(bench.database()),
                bench.set(),
                bench.options(),
                "closed loops by " + bench.closedLoops().name() + ", fixed rates by Hyperfoil, floors by "
                        + bench.clients().name());
        for (Figure figure : figures) {
            Progress.say("measuring %s", figure.name());
            long sentAgain = EventSender.sentAgain();
            try {
                List<Row> rows = figure.measure(bench);
                report.add(figure.name(), noted(rows, EventSender.sentAgain() - sentAgain));
            } catch (RuntimeException failure) {
                // Report the other figures regardless of the failure.
                String why = reason(failure);
                Progress.say("%s failed: %s", figure.name(), why);
                report.addFailure(figure.name(), why);
            }
            report.write(bench.options().out());
        }
        System.out.println(report.toMarkdown());
        return report.hasFailures();
    }

    /** Notes requests that got {@code OVERLOADED}, because each of them took a second longer. */
    private static List<Row> noted(List<Row> rows, long sentAgain) {
        return sentAgain == 0
                ? rows
                : rows.stream()
                        .map(row -> row.withNote(
                                sentAgain + " requests got OVERLOADED and were sent again, including the warm-up"))
                        .toList();
    }

    /** Returns why a figure was not measured; prints the stack trace of an unexpected failure. */
    private static String reason(RuntimeException failure) {
        Throwable why =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (why instanceof BenchFailure) {
            return String.valueOf(why.getMessage());
        }
        failure.printStackTrace();
        return why.toString();
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            Progress.say("cannot delete %s: %s", directory, String.valueOf(failure.getMessage()));
        }
    }
}

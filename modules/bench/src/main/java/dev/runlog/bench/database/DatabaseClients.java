package dev.runlog.bench.database;

import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Home;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGStatement;

/** The floor of reads and single writes: clients that only run a script, with pgbench or JDBC. */
public final class DatabaseClients {
    /** With more clients, one thread could become the bottleneck. */
    private static final int CLIENTS_OF_ONE_THREAD = 32;

    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+) \\(without");
    private static final Pattern FAILED = Pattern.compile("number of failed transactions: ([0-9]+)");
    /** A variable, not the cast {@code ::}. */
    private static final Pattern VARIABLE = Pattern.compile("(?<!:):([a-z][a-z0-9]*)");

    private final Postgres database;
    private final DataSet set;
    private final Path directory;
    private final Optional<String> pgbench = Home.program("pgbench");

    public DatabaseClients(Postgres database, DataSet set, Path directory) {
        this.database = database;
        this.set = set;
        this.directory = directory;
    }

    /** Name in the report. */
    public String name() {
        return pgbench.isPresent() ? "pgbench" : "JDBC clients (pgbench not found)";
    }

    /** Transactions per second. */
    public double run(String name, SqlScript script, int clients, Duration time) {
        return pgbench.isPresent()
                ? runPgbench(pgbench.get(), name, script, clients, time)
                : runJdbc(script, clients, time);
    }

    private double runPgbench(String program, String name, SqlScript script, int clients, Duration time) {
        Path file = directory.resolve(name + ".pgbench");
        List<String> command = new ArrayList<>(List.of(
                program,
                "--no-vacuum",
                "--protocol=prepared",
                "--client=" + clients,
                "--jobs=" + (clients < CLIENTS_OF_ONE_THREAD ? 1 : 2),
                "--time=" + Math.max(1, time.toSeconds()),
                "--file=" + file));
        script.constants().forEach((variable, value) -> command.add("--define=" + variable + "=" + value));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(database.environment());
        try {
            Files.writeString(file, script.toPgbench(set));
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher tps = TPS.matcher(output);
            Matcher failed = FAILED.matcher(output);
            if (process.waitFor() != 0
                    || !tps.find()
                    || failed.find() && !failed.group(1).equals("0")) {
                throw new BenchFailure("pgbench failed:\n" + output);
            }
            return Double.parseDouble(tps.group(1));
        } catch (IOException failure) {
            throw new BenchFailure("Cannot run pgbench: " + failure.getMessage(), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("Interrupted.", stop);
        }
    }

    private double runJdbc(SqlScript script, int clients, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<CompletableFuture<Long>> counts = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                counts.add(CompletableFuture.supplyAsync(() -> runJdbcClient(script, end), threads));
            }
            long all = counts.stream().mapToLong(CompletableFuture::join).sum();
            return all * 1e9 / time.toNanos();
        } finally {
            threads.shutdownNow();
        }
    }

    private long runJdbcClient(SqlScript script, long end) {
        try (Connection connection = database.connect()) {
            List<PreparedStatement> statements = new ArrayList<>();
            List<List<String>> names = new ArrayList<>();
            for (String sql : script.statements()) {
                boolean reads = sql.endsWith("\\gset");
                Matcher variables = VARIABLE.matcher(reads ? sql.substring(0, sql.length() - 5) : sql);
                names.add(variables.results().map(found -> found.group(1)).toList());
                PreparedStatement statement = connection.prepareStatement(variables.replaceAll("?"));
                statement.unwrap(PGStatement.class).setPrepareThreshold(1);
                statements.add(statement);
            }
            Map<String, String> values = new HashMap<>(script.constants());
            long count = 0;
            for (; System.nanoTime() < end; count++) {
                int workflow = ThreadLocalRandom.current().nextInt(set.workflows());
                values.put("w", Integer.toString(workflow));
                values.put("o", Integer.toString(workflow % set.owners()));
                for (int i = 0; i < statements.size(); i++) {
                    run(statements.get(i), names.get(i), values);
                }
            }
            return count;
        } catch (SQLException failure) {
            throw new BenchFailure("Database error: " + failure.getMessage(), failure);
        }
    }

    /** Runs a statement and assigns its results to variables, like {@code \gset}. */
    private static void run(PreparedStatement statement, List<String> names, Map<String, String> values)
            throws SQLException {
        for (int i = 0; i < names.size(); i++) {
            statement.setObject(i + 1, values.get(names.get(i)), Types.OTHER);
        }
        if (statement.execute()) {
            try (ResultSet rows = statement.getResultSet()) {
                while (rows.next()) {
                    for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                        values.put(rows.getMetaData().getColumnLabel(column), rows.getString(column));
                    }
                }
            }
        }
    }
}

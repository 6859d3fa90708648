package dev.runlog.bench.server;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.PlainTable;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Home;
import dev.runlog.bench.support.Pause;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.Call;
import dev.runlog.bench.traffic.Pages;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** PostGraphile on the plain table, in as many processes as there are processors. */
public final class PostGraphile implements AutoCloseable {
    private static final String PATH = "/graphql";
    /** Copy of package.json, written after a complete installation. */
    private static final String INSTALLED = "installed.json";

    private static final Duration INSTALL_PATIENCE = Duration.ofMinutes(10);
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final int port;

    private PostGraphile(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Installs it from npm, with the version of Node.js that it requires, unless an earlier run has. Empty, after a line
     * of why, if that is not possible.
     */
    public static Optional<Path> install(Path out) {
        if (Home.program("node").isEmpty()) {
            return skip("node is not on the PATH");
        }
        Optional<String> npm = Home.program("npm");
        if (npm.isEmpty()) {
            return skip("npm is not on the PATH");
        }
        Path directory = out.toAbsolutePath().resolve("postgraphile");
        Path log = directory.resolve("install.log");
        try {
            Files.createDirectories(directory);
            unpack(directory, "package.json", "package.json");
            unpack(directory, "server.js", "server.js");
            if (isCurrent(directory)) {
                return Optional.of(directory);
            }
            Progress.say("installing PostGraphile");
            Process install = new ProcessBuilder(npm.get(), "install", "--no-audit", "--no-fund", "--no-package-lock")
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!install.waitFor(INSTALL_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                stop(install);
                return skip("npm install took longer than " + INSTALL_PATIENCE.toMinutes() + " minutes");
            }
            // Without scripts, npm does not install Node.js.
            if (install.exitValue() != 0 || !Files.isExecutable(node(directory))) {
                return skip("npm install failed; see " + log);
            }
            unpack(directory, "package.json", INSTALLED);
            return Optional.of(directory);
        } catch (IOException failure) {
            return skip("npm install failed: " + failure.getMessage());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("Interrupted.", stop);
        }
    }

    private static Optional<Path> skip(String why) {
        Progress.say("  no comparison with PostGraphile: %s", why);
        return Optional.empty();
    }

    private static Path node(Path directory) {
        return directory.resolve("node_modules").resolve(".bin").resolve("node");
    }

    /** Whether the packages of this version of the benchmark are installed. */
    private static boolean isCurrent(Path directory) throws IOException {
        Path installed = directory.resolve(INSTALLED);
        return Files.exists(installed) && Files.mismatch(installed, directory.resolve("package.json")) < 0;
    }

    private static void unpack(Path directory, String name, String as) throws IOException {
        try (InputStream file = resource(name)) {
            Files.copy(file, directory.resolve(as), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(PostGraphile.class.getResourceAsStream("/postgraphile/" + name));
    }

    /** Starts it and waits for the first response to a page that has rows. */
    public static PostGraphile start(Path directory, Postgres database, Call page) {
        int port = ServerProcess.freePort();
        Path log = directory.resolve("server.log");
        ProcessBuilder builder = new ProcessBuilder(node(directory).toString(), "server.js")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("DATABASE", database.url());
        builder.environment().put("SCHEMA", PlainTable.SCHEMA);
        builder.environment().put("PORT", Integer.toString(port));
        builder.environment()
                .put("PROCESSES", Integer.toString(Runtime.getRuntime().availableProcessors()));
        builder.environment().put("GRAPHILE_ENV", "production");
        builder.environment().put("NODE_ENV", "production");
        try {
            PostGraphile started = new PostGraphile(builder.start(), port);
            started.awaitRows(page, log);
            return started;
        } catch (IOException failure) {
            throw new BenchFailure("Cannot start PostGraphile: " + failure.getMessage(), failure);
        }
    }

    /** The latest page of a workflow, with the fields of {@link Pages#realOf}. */
    public static Call page(DataSet set, int workflow) {
        return new Call(
                "POST",
                PATH,
                set.owner(workflow),
                "{\"query\":\"query Page($workflow: UUID!) { allExecutions(first: 20, condition: { workflowId: $workflow }, "
                        + "orderBy: ID_DESC) { edges { cursor node { id status trigger attempt labels startedAt finishedAt "
                        + "durationMillis errorType errorMessage workflowByWorkflowId { id name } } } "
                        + "pageInfo { hasNextPage endCursor } } }\",\"variables\":{\"workflow\":\""
                        + DataSet.workflowId(workflow) + "\"}}");
    }

    public int port() {
        return port;
    }

    private void awaitRows(Call page, Path log) {
        long end = System.nanoTime() + START_PATIENCE.toNanos();
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + PATH))
                .header("Content-Type", "application/json")
                .timeout(START_PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(page.body()))
                .build();
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                String answer =
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body();
                if (answer.contains("\"errors\"") || !answer.contains("\"hasNextPage\"")) {
                    close();
                    throw new BenchFailure("PostGraphile returned no page: " + answer);
                }
                return;
            } catch (IOException notYet) {
                Pause.millis(100);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new BenchFailure("Interrupted.", stop);
            }
        }
        close();
        throw new BenchFailure("PostGraphile did not start; see " + log + ".");
    }

    @Override
    public void close() {
        stop(process);
    }

    private static void stop(Process process) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }
}

package dev.runlog.app;

import dev.runlog.app.command.ServerOption;
import dev.runlog.app.config.Logging;
import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.app.server.DevelopmentToken;
import dev.runlog.app.server.Server;
import dev.runlog.app.server.Tokens;
import dev.runlog.client.Recorder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code runlog prepare}: starts a server and uses it once. The launcher makes the JVM archive the loaded classes. */
@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        description = {
            "Builds Runlog and writes an archive of its classes, which makes later starts with the same Java about a "
                    + "third faster. Run it once after each build, for example when you build a container image.",
            "Starts a server with an empty database in a temporary directory, records an execution and reads it. "
                    + "Ignores the configuration."
        })
final class PrepareCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("runlog-prepare-");
        RunlogConfig config = RunlogConfig.load(
                null,
                Map.of("RUNLOG_DATA_DIR", directory.toString(), "RUNLOG_HTTP_PORT", "0", "RUNLOG_LOG_LEVEL", "warn"));
        Logging.configure(config.log());
        // On Ctrl+C, waits until the server has started, stops it and deletes its directory.
        CompletableFuture<Server> started = new CompletableFuture<>();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            started.thenAccept(Server::close)
                                    .exceptionally(failure -> null)
                                    .join();
                            delete(directory);
                        },
                        "stop"));
        try {
            started.complete(Server.start(config));
        } catch (RuntimeException failure) {
            started.completeExceptionally(failure);
            throw failure;
        }
        rehearse(config, URI.create(started.join().url()));
        System.out.println("Prepared. Later starts will use the archive of this build.");
        return 0;
    }

    private static void rehearse(RunlogConfig config, URI url) throws IOException, InterruptedException {
        String token = DevelopmentToken.sign(config, "developer", Tokens.ALL_SCOPES, TIMEOUT);
        try (Recorder recorder = Recorder.to(url, token).build()) {
            recorder.start("prepare").succeed(null);
        }
        String query =
                "{\"query\":\"{ executions(first: 5) { totalCount nodes { id status duration workflow { name } } } }\"}";
        HttpRequest request = HttpRequest.newBuilder(ServerOption.below(url, "/graphql"))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(query))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (!answer.body().contains("SUCCESS")) {
            throw new StartFailure("Unexpected response from the started server: " + answer.body());
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            System.err.println("runlog: cannot delete " + directory + ": " + failure.getMessage());
        }
    }
}

package dev.runlog.app;

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

/**
 * {@code runlog prepare}. Here is the run from which the JVM learns which classes a server needs; the launcher tells it
 * to keep them.
 */
@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        description = {
            "Builds Runlog and keeps its classes in an archive, from which this Java then starts it in about two thirds "
                    + "of the time.",
            "A server on an empty database of its own, in a temporary directory, records an execution and is asked for "
                    + "it; no configuration is read. Once for each build, such as where a container's image is made."
        })
final class PrepareCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("runlog-prepare-");
        RunlogConfig config = RunlogConfig.load(
                null,
                Map.of("RUNLOG_DATA_DIR", directory.toString(), "RUNLOG_HTTP_PORT", "0", "RUNLOG_LOG_LEVEL", "warn"));
        Logging.configure(config.log());
        // Ctrl+C leaves nothing behind either: what is starting is waited for and stopped.
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
        return 0;
    }

    private static void rehearse(RunlogConfig config, URI url) throws IOException, InterruptedException {
        String token = DevelopmentToken.sign(config, "developer", Tokens.ALL_SCOPES, PATIENCE);
        try (Recorder recorder = Recorder.to(url, token).build()) {
            recorder.start("prepare").succeed(null);
        }
        String query =
                "{\"query\":\"{ executions(first: 5) { totalCount nodes { id status duration workflow { name } } } }\"}";
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/graphql"))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(query))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (!answer.body().contains("SUCCESS")) {
            throw new StartFailure("A server was started and did not answer as it should: " + answer.body());
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            System.err.println("runlog: " + directory + " cannot be deleted: " + failure.getMessage());
        }
    }
}

package dev.runlog.app;

import dev.runlog.app.command.ServerOption;
import dev.runlog.client.Recorder;
import dev.runlog.client.Run;
import dev.runlog.client.RunOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Sample workflows that do real work, with various outcomes. */
final class DemoWorkflows {
    static final List<String> NAMES = List.of("health-check", "disk-census", "import-orders", "checksum-library");
    private static final List<String> ORDERS = List.of("12.50", "7", "n/a", "19.99", "", "3");
    private static final int CHECKSUM_STEPS = 10;

    private final Recorder recorder;
    private final URI server;
    private final Path directory;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(4, task -> {
        Thread thread = new Thread(task, "demo");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger imports = new AtomicInteger();

    DemoWorkflows(Recorder recorder, URI server, Path directory) {
        this.recorder = recorder;
        this.server = server;
        this.directory = directory;
    }

    void start() {
        every(0, 10, "health-check", run -> run.succeed(checkHealth()));
        every(2, 30, "disk-census", run -> run.succeed(countFiles()));
        every(4, 15, "import-orders", run -> run.succeed(importOrder()));
        every(1, 60, "checksum-library", this::checksumLibrary);
    }

    /** Stops the running workflows, which records them as cancelled, and sends the waiting events. */
    void stop() {
        scheduler.shutdownNow();
        try {
            if (!scheduler.awaitTermination(5, TimeUnit.SECONDS)) {
                return;
            }
            recorder.flush(Duration.ofSeconds(5));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Work {
        void accept(Run run) throws Exception;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Failures are recorded in the run.
    private void every(int delaySeconds, int seconds, String workflow, Work work) {
        scheduler.scheduleAtFixedRate(
                () -> {
                    Run run = recorder.start(
                            workflow,
                            RunOptions.none()
                                    .withTrigger("schedule")
                                    .withLabels(Map.of("demo", "true"))
                                    .withPayload(Map.of("every", seconds + " s"))
                                    .withHeartbeatTimeout(Duration.ofMinutes(2)));
                    try {
                        work.accept(run);
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                        run.cancel(null);
                    } catch (Exception failure) {
                        run.fail(failure);
                    }
                },
                delaySeconds,
                seconds,
                TimeUnit.SECONDS);
    }

    private Map<String, Object> checkHealth() throws IOException, InterruptedException {
        long startedAt = System.nanoTime();
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(ServerOption.below(server, "/health/ready"))
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("Health check returned " + response.statusCode() + ": " + response.body());
        }
        return Map.of("status", response.statusCode(), "millis", (System.nanoTime() - startedAt) / 1_000_000);
    }

    private Map<String, Object> countFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Long> sizes = files.filter(Files::isRegularFile)
                    .map(file -> file.toFile().length())
                    .toList();
            return Map.of(
                    "directory",
                    directory.toString(),
                    "files",
                    sizes.size(),
                    "bytes",
                    sizes.stream().mapToLong(Long::longValue).sum());
        }
    }

    /** Some orders contain invalid numbers. */
    private Map<String, Object> importOrder() {
        String amount = ORDERS.get(imports.getAndIncrement() % ORDERS.size());
        return Map.of("amount", Double.parseDouble(amount));
    }

    /** Takes half a minute in steps, to have something to watch live. */
    private void checksumLibrary(Run run) throws Exception {
        Path library = Path.of(DemoWorkflows.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int step = 0; step < CHECKSUM_STEPS; step++) {
            String name = "pass " + (step + 1) + " of " + CHECKSUM_STEPS;
            run.startStep(step, name);
            try (InputStream bytes =
                    Files.isDirectory(library) ? InputStream.nullInputStream() : Files.newInputStream(library)) {
                digest.update(bytes.readAllBytes());
            }
            TimeUnit.SECONDS.sleep(3);
            run.heartbeat();
            run.succeedStep(
                    step, name, Map.of("sha256", HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest())));
        }
        run.succeed(Map.of("file", library.toString(), "sha256", HexFormat.of().formatHex(digest.digest())));
    }
}

package dev.runlog.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.runlog.client.EventsEndpoint.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A recorder with a spool: events outlive an absent server, restarts and kills, in order. */
final class SpoolDeliveryTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long SPOOL_MAX_BYTES = 16 << 20;
    /** As many as take a while to write. */
    private static final int KILLED_RUNS = 50_000;

    private static final Pattern WORKFLOW = Pattern.compile("\"event\":\"(\\w+)\".*\"workflow\":\"([^\"]+)\"");

    @TempDir
    Path directory;

    /** Whether the server is available. */
    private final AtomicBoolean up = new AtomicBoolean();

    @ParameterizedTest
    @ValueSource(ints = {503, 401, 403, 500, 302})
    void sendsEventsAfterARestart(int status) throws Exception {
        Answer absent = Answer.status(status);
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> up.get() ? Answer.RECORDED : absent)) {
            try (Recorder recorder =
                    spooling(endpoint).giveUpAfter(Duration.ZERO).build()) {
                record(recorder, "a", 1000);
                assertThat(recorder.flush(Duration.ofMillis(1))).isFalse();
            }
            assertThat(endpoint.recorded).isEmpty();
            up.set(true);
            try (Recorder recorder = spooling(endpoint).build()) {
                record(recorder, "b", 10);
                assertThat(recorder.flush(TIMEOUT)).isTrue();
                assertThat(files()).isEmpty();
            }

            List<String> expected = new ArrayList<>(runs("a", 1000));
            expected.addAll(runs("b", 10));
            assertThat(events(endpoint)).isEqualTo(expected);
            assertThat(endpoint.reported).isEmpty();
            assertThat(endpoint.spoolFailures).isEmpty();
        }
    }

    @Test
    void sendsEventsInOrderOnceTheServerIsBack() throws Exception {
        CountDownLatch recorded = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            if (attempts.incrementAndGet() <= 3) {
                return Answer.status(503);
            }
            recorded.await();
            // Now and then it is away again.
            return attempt % 5 == 0 ? Answer.status(503) : Answer.RECORDED;
        })) {
            try (Recorder recorder = spooling(endpoint).build()) {
                record(recorder, "a", 4000);
                recorded.countDown();
                assertThat(recorder.flush(TIMEOUT)).isTrue();
                record(recorder, "b", 1000);
            }

            List<String> expected = new ArrayList<>(runs("a", 4000));
            expected.addAll(runs("b", 1000));
            assertThat(events(endpoint)).isEqualTo(expected);
            assertThat(endpoint.reported).isEmpty();
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void writesEventsToDiskWhileARequestHangs() throws Exception {
        CountDownLatch responds = new CountDownLatch(1);
        CountDownLatch hangs = new CountDownLatch(1);
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
                    if (attempt <= 2) {
                        return Answer.status(503);
                    }
                    hangs.countDown();
                    responds.await();
                    return Answer.RECORDED;
                });
                Recorder recorder = spooling(endpoint)
                        .giveUpAfter(Duration.ZERO)
                        .requestTimeout(TIMEOUT)
                        .build()) {
            recorder.start("a");
            assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();
            recorder.start("meanwhile");
            awaitOnDisk("\"meanwhile\"");
            responds.countDown();
        }
    }

    @Test
    void losesNothingOfWhatIsOnDiskWhenKilled() throws Exception {
        try (EventsEndpoint endpoint =
                new EventsEndpoint((attempt, lines) -> up.get() ? Answer.RECORDED : Answer.status(503))) {
            for (String prefix : List.of("a", "b", "c")) {
                try (SpoolingProcess process = SpoolingProcess.start(endpoint.url(), directory, prefix, KILLED_RUNS)) {
                    awaitOnDisk("\"" + prefix + "-0\"");
                    process.kill();
                }
            }
            Files.writeString(
                    directory.resolve("9000000000000000000.ndjson"), "{\"event\":\"started\",\"workflow\":\"torn");
            up.set(true);
            try (Recorder recorder = spooling(endpoint).build()) {
                assertThat(recorder.flush(TIMEOUT)).isTrue();
            }

            List<String> expected = new ArrayList<>();
            for (String prefix : List.of("a", "b", "c")) {
                long ofThis = events(endpoint).stream()
                        .filter(event -> event.contains(" " + prefix + "-"))
                        .count();
                assertThat(ofThis).isPositive();
                expected.addAll(runs(prefix, KILLED_RUNS).subList(0, (int) ofThis));
            }
            assertThat(events(endpoint)).isEqualTo(expected);
            assertThat(endpoint.reported).isEmpty();
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void sendsTheRestInOrderWhenKilledWhileSending() throws Exception {
        CountDownLatch fifth = new CountDownLatch(5);
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            if (!up.get()) {
                return Answer.status(503);
            }
            fifth.countDown();
            return Answer.RECORDED;
        })) {
            try (SpoolingProcess process = SpoolingProcess.start(endpoint.url(), directory, "a", 50_000)) {
                awaitOnDisk("\"a-49999\",\"status\"");
                up.set(true);
                assertThat(fifth.await(60, TimeUnit.SECONDS)).isTrue();
                process.kill();
            }
            try (Recorder recorder = spooling(endpoint).build()) {
                assertThat(recorder.flush(TIMEOUT)).isTrue();
            }

            assertThat(events(endpoint).stream().distinct().toList()).isEqualTo(runs("a", 50_000));
            assertThat(endpoint.reported).isEmpty();
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void isUsedByOneProcessAtATime() throws Exception {
        try (EventsEndpoint endpoint = EventsEndpoint.recordingAll()) {
            try (SpoolingProcess other = SpoolingProcess.start(endpoint.url(), directory, "a", 0)) {
                other.await("recorded");

                assertThatIllegalStateException()
                        .isThrownBy(spooling(endpoint)::build)
                        .withMessage("The spool " + directory
                                + " is in use by another recorder. Give each its own directory.");
                other.kill();
            }
            spooling(endpoint).build().close();
        }
    }

    @Test
    void continuesInMemoryIfTheDiskIsFull() throws Exception {
        try (EventsEndpoint endpoint =
                        new EventsEndpoint((attempt, lines) -> up.get() ? Answer.RECORDED : Answer.status(503));
                SpoolingProcess process = SpoolingProcess.startOnSmallDisk(endpoint.url(), directory, "a", 5000)) {
            assertThat(process.await("failed"))
                    .startsWith("failed Cannot write to the spool; events wait in memory only: java.io.IOException: ");
            up.set(true);

            assertThat(process.end()).endsWith("closed").noneMatch(line -> line.startsWith("lost"));
            assertThat(events(endpoint)).isEqualTo(runs("a", 5000));
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void continuesInMemoryIfTheDirectoryIsUnusable() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");
        try (EventsEndpoint endpoint =
                new EventsEndpoint((attempt, lines) -> attempt > 3 ? Answer.RECORDED : Answer.status(503))) {
            try (Recorder recorder = endpoint.recorder()
                    .spool(file.resolve("spool"), SPOOL_MAX_BYTES)
                    .build()) {
                record(recorder, "a", 10);
            }

            assertThat(events(endpoint)).isEqualTo(runs("a", 10));
            assertThat(endpoint.reported).isEmpty();
            assertThat(endpoint.spoolFailures)
                    .singleElement()
                    .asString()
                    .startsWith("Cannot write to the spool; events wait in memory only: ")
                    .contains(file.toString());
        }
    }

    @Test
    void usesTheDirectoryOnceItIsUsable() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "not a directory yet");
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            if (attempt == 2) {
                Files.delete(file);
            }
            return Answer.status(503);
        })) {
            try (Recorder recorder = endpoint.recorder()
                    .giveUpAfter(Duration.ofSeconds(3))
                    .spool(file.resolve("spool"), SPOOL_MAX_BYTES)
                    .build()) {
                recorder.start("a");
            }

            assertThat(endpoint.reported).isEmpty();
            try (Stream<Path> files = Files.list(file.resolve("spool"))) {
                assertThat(files).hasSize(2);
            }
        }
    }

    @Test
    void holdsEventsInMemoryAndThenLosesStartsFirstIfTheSpoolIsFull() throws Exception {
        String payload = "x".repeat(100_000);
        try (EventsEndpoint endpoint =
                new EventsEndpoint((attempt, lines) -> up.get() ? Answer.RECORDED : Answer.status(503))) {
            try (Recorder recorder =
                    endpoint.recorder().spool(directory, 2 << 20).bufferMax(40).build()) {
                for (int i = 0; i < 30; i++) {
                    recorder.start("large-" + i, RunOptions.none().withPayload(payload));
                }
                assertThat(endpoint.spoolFailures.poll(20, TimeUnit.SECONDS))
                        .isEqualTo("Cannot write to the spool; events wait in memory only: java.io.IOException: "
                                + "The spool " + directory + " is full (2097152 bytes).");
                while (endpoint.reported.isEmpty()) {
                    recorder.start("flood");
                }
                recorder.start("finish").succeed("kept");
                up.set(true);
                assertThat(recorder.flush(TIMEOUT)).isTrue();
            }

            assertThat(endpoint.reported).hasSize(2).containsOnly("1 lost: The buffer is full.");
            assertThat(events(endpoint))
                    .startsWith("started large-0")
                    .containsSubsequence("started large-28", "started large-29", "started flood", "finished finish")
                    .doesNotContain("started finish");
            assertThat(endpoint.recorded)
                    .filteredOn(line -> line.contains(payload))
                    .hasSize(30);
        }
    }

    @Test
    void sendsTheShortFormOfASpooledEventThatTheServerRefuses() throws Exception {
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            if (!up.get()) {
                return Answer.status(503);
            }
            return lines.stream().anyMatch(line -> line.length() > 100_000) ? Answer.status(413) : Answer.RECORDED;
        })) {
            try (Recorder recorder =
                    spooling(endpoint).giveUpAfter(Duration.ZERO).build()) {
                recorder.start("a").succeed("x".repeat(200_000));
            }
            up.set(true);
            try (Recorder recorder = spooling(endpoint).build()) {
                assertThat(recorder.flush(TIMEOUT)).isTrue();
            }

            assertThat(endpoint.recorded).hasSize(2);
            assertThat(endpoint.recorded.get(1)).contains("\"result\":{\"truncated\":\"java.lang.String\"}");
            assertThat(endpoint.reported).isEmpty();
        }
    }

    @Test
    void reportsASpooledEventThatTheServerRejects() throws Exception {
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> up.get()
                ? new Answer(
                        200,
                        Map.of(),
                        "{\"recorded\":1,\"rejected\":[{\"line\":1,\"code\":\"BAD_INPUT\",\"message\":\"no\"}]}")
                : Answer.status(503))) {
            try (Recorder recorder =
                    spooling(endpoint).giveUpAfter(Duration.ZERO).build()) {
                record(recorder, "a", 1);
            }
            up.set(true);
            try (Recorder recorder = spooling(endpoint).build()) {
                assertThat(recorder.flush(TIMEOUT)).isTrue();
            }

            assertThat(endpoint.reported).singleElement().asString().startsWith("BAD_INPUT no {\"event\":\"started\"");
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void doesNotKeepHeartbeats() throws Exception {
        try (EventsEndpoint endpoint =
                new EventsEndpoint((attempt, lines) -> up.get() ? Answer.RECORDED : Answer.status(503))) {
            try (Recorder recorder =
                    spooling(endpoint).giveUpAfter(Duration.ZERO).build()) {
                Run run = recorder.start("a");
                for (int i = 0; i < 100; i++) {
                    run.heartbeat();
                }
                run.succeed(null);
            }
            up.set(true);
            spooling(endpoint).build().close();

            assertThat(endpoint.recorded).hasSize(2).noneMatch(line -> line.contains("heartbeat"));
            assertThat(endpoint.reported).isEmpty();
        }
    }

    @Test
    void writesNothingWhileTheServerIsAvailable() throws Exception {
        try (EventsEndpoint endpoint = EventsEndpoint.recordingAll();
                Recorder recorder = spooling(endpoint).build()) {
            record(recorder, "a", 1000);
            assertThat(recorder.flush(TIMEOUT)).isTrue();

            try (Stream<Path> all = Files.list(directory)) {
                assertThat(all).containsExactly(directory.resolve("lock"));
            }
        }
    }

    @Test
    void rejectsASpoolThatIsTooSmall() throws Exception {
        try (EventsEndpoint endpoint = EventsEndpoint.recordingAll()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> endpoint.recorder().spool(directory, 1000).build())
                    .withMessage("Invalid spool maxBytes: 1000 (expected 2097152 or more).");
        }
    }

    private RecorderBuilder spooling(EventsEndpoint endpoint) {
        return endpoint.recorder().bufferMax(1_000_000).spool(directory, SPOOL_MAX_BYTES);
    }

    private static void record(Recorder recorder, String prefix, int runs) {
        for (int i = 0; i < runs; i++) {
            recorder.start(prefix + "-" + i).succeed(i);
        }
    }

    private static List<String> runs(String prefix, int runs) {
        List<String> events = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            events.add("started " + prefix + "-" + i);
            events.add("finished " + prefix + "-" + i);
        }
        return events;
    }

    private static List<String> events(EventsEndpoint endpoint) {
        return endpoint.recorded.stream()
                .map(line -> {
                    Matcher matcher = WORKFLOW.matcher(line);
                    assertThat(matcher.find()).isTrue();
                    return matcher.group(1) + " " + matcher.group(2);
                })
                .toList();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".ndjson"))
                    .sorted()
                    .toList();
        }
    }

    private void awaitOnDisk(String text) throws Exception {
        try (WatchService changes = directory.getFileSystem().newWatchService()) {
            directory.register(changes, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            while (!isOnDisk(text)) {
                WatchKey change = changes.poll(60, TimeUnit.SECONDS);
                assertThat(change).as("a change of the spool").isNotNull();
                change.pollEvents();
                change.reset();
            }
        }
    }

    private boolean isOnDisk(String text) throws IOException {
        for (Path file : files()) {
            if (Files.readString(file).contains(text)) {
                return true;
            }
        }
        return false;
    }
}

package dev.runlog.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to {@code POST /events} in the background. Recording never blocks and never throws for what happens on
 * the way: events wait in a bounded buffer, are sent in batches, and are sent again while the server is away, which
 * changes nothing where they arrived before. What is given up is told to the {@link RecorderListener}.
 *
 * <p>Safe for use by many threads. {@link #close} sends what waits.
 */
public final class Recorder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Recorder.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();
    private static final int BATCH_MAX = 500;

    private final Builder config;
    private final HttpClient http;
    private final BlockingQueue<Entry> queue;
    private final Thread sender;
    private volatile boolean closing;

    /** An event's line, or a mark that {@link #flush} waits for. */
    private record Entry(@Nullable String line, @Nullable CountDownLatch mark) {}

    private Recorder(Builder config) {
        this.config = config;
        this.http =
                HttpClient.newBuilder().connectTimeout(config.requestTimeout).build();
        this.queue = new LinkedBlockingQueue<>(config.bufferMax);
        this.sender = new Thread(this::send, "runlog-recorder");
        sender.setDaemon(true);
        sender.start();
    }

    /**
     * A recorder for a server.
     *
     * @param server such as {@code http://127.0.0.1:8080}
     * @param token a JWT with the scope {@code executions:write}
     */
    public static Builder to(URI server, String token) {
        return new Builder(server, token);
    }

    /** Settings with their defaults. */
    public static final class Builder {
        private final URI server;
        private final String token;
        private int bufferMax = 10_000;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration giveUpAfter = Duration.ofMinutes(1);
        private RecorderListener listener = new LoggingListener();

        private Builder(URI server, String token) {
            this.server = server;
            this.token = token;
        }

        /** Events that wait at the most; more are lost. 10,000 unless set. */
        public Builder bufferMax(int events) {
            bufferMax = events;
            return this;
        }

        /** How long one request may take. Ten seconds unless set. */
        public Builder requestTimeout(Duration timeout) {
            requestTimeout = timeout;
            return this;
        }

        /** How long a batch is tried while the server is away. A minute unless set. */
        public Builder giveUpAfter(Duration time) {
            giveUpAfter = time;
            return this;
        }

        public Builder listener(RecorderListener told) {
            listener = told;
            return this;
        }

        public Recorder build() {
            return new Recorder(this);
        }
    }

    /** Records that a run of a workflow begins now. */
    public Run start(String workflow) {
        return start(workflow, RunOptions.none());
    }

    /** Records that a run of a workflow begins now. */
    public Run start(String workflow, RunOptions options) {
        UUID id = IDS.generate();
        Map<String, @Nullable Object> event = options.toEvent();
        event.put("event", "started");
        event.put("workflow", workflow);
        event.put("id", id.toString());
        send(event);
        return new Run(this, id, workflow);
    }

    /** Runs work as a run of a workflow: its result and what it throws are recorded, and given on as they are. */
    public <T> T record(String workflow, Callable<T> work) throws Exception {
        Run run = start(workflow);
        try {
            T result = work.call();
            run.succeed(result);
            return result;
        } catch (Exception | Error failure) {
            run.fail(failure);
            throw failure;
        }
    }

    /** Waits until everything recorded so far was sent or given up; returns whether that was in time. */
    public boolean flush(Duration patience) throws InterruptedException {
        CountDownLatch mark = new CountDownLatch(1);
        long deadline = System.nanoTime() + patience.toNanos();
        return queue.offer(new Entry(null, mark), patience.toNanos(), TimeUnit.NANOSECONDS)
                && mark.await(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** Sends what waits, for as long as a batch is tried, then ends. */
    @Override
    public void close() {
        closing = true;
        try {
            flush(config.giveUpAfter);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        sender.interrupt();
    }

    void send(Map<String, @Nullable Object> event) {
        String line;
        try {
            line = JSON.writeValueAsString(event);
        } catch (JsonProcessingException unwritable) {
            config.listener.onLost(1, "It cannot be written as JSON: " + unwritable.getOriginalMessage());
            return;
        }
        if (!queue.offer(new Entry(line, null))) {
            config.listener.onLost(1, "The buffer is full.");
        }
    }

    private void send() {
        List<Entry> batch = new ArrayList<>(BATCH_MAX);
        while (true) {
            try {
                batch.add(queue.take());
                queue.drainTo(batch, BATCH_MAX - 1);
                List<String> lines = new ArrayList<>(batch.size());
                for (Entry entry : batch) {
                    if (entry.line() != null) {
                        lines.add(entry.line());
                    }
                }
                if (!lines.isEmpty()) {
                    post(lines);
                }
            } catch (InterruptedException stop) {
                return;
            } catch (RuntimeException unexpected) {
                log.error("A batch was lost.", unexpected);
                config.listener.onLost(batch.size(), unexpected.toString());
            } finally {
                batch.forEach(entry -> {
                    if (entry.mark() != null) {
                        entry.mark().countDown();
                    }
                });
                batch.clear();
            }
        }
    }

    private void post(List<String> lines) throws InterruptedException {
        long deadline = System.nanoTime() + config.giveUpAfter.toNanos();
        long pauseMillis = 100;
        HttpRequest request = HttpRequest.newBuilder(config.server.resolve("/events"))
                .timeout(config.requestTimeout)
                .header("Authorization", "Bearer " + config.token)
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(String.join("\n", lines) + "\n"))
                .build();
        while (true) {
            String reason;
            try {
                HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    tellRejected(lines, response.body());
                    return;
                }
                reason = "The server answered " + response.statusCode() + ": " + message(response.body());
                if (response.statusCode() != 429 && response.statusCode() < 500) {
                    config.listener.onLost(lines.size(), reason);
                    return;
                }
                pauseMillis = Math.max(pauseMillis, retryAfterMillis(response));
            } catch (IOException away) {
                reason = "The server at " + config.server + " does not answer: " + away;
            }
            if (closing || System.nanoTime() + pauseMillis * 1_000_000 > deadline) {
                config.listener.onLost(lines.size(), reason);
                return;
            }
            Thread.sleep(pauseMillis);
            pauseMillis = Math.min(pauseMillis * 2, 5000);
        }
    }

    private static long retryAfterMillis(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,4}"))
                .map(seconds -> Long.parseLong(seconds) * 1000)
                .orElse(0L);
    }

    private void tellRejected(List<String> lines, String body) {
        try {
            for (JsonNode rejected : JSON.readTree(body).path("rejected")) {
                config.listener.onRejected(
                        lines.get(rejected.path("line").asInt() - 1),
                        rejected.path("code").asText(),
                        rejected.path("message").asText());
            }
        } catch (JsonProcessingException | IndexOutOfBoundsException odd) {
            log.warn("The server's answer was not understood: {}", odd.toString());
        }
    }

    private static String message(String body) {
        try {
            String message = JSON.readTree(body).path("error").path("message").asText();
            return message.isEmpty() ? shortened(body) : message;
        } catch (JsonProcessingException notJson) {
            return shortened(body);
        }
    }

    private static String shortened(String text) {
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    private static final class LoggingListener implements RecorderListener {
        @Override
        public void onLost(int events, String reason) {
            log.warn("{} events were not recorded: {}", events, reason);
        }

        @Override
        public void onRejected(String event, String code, String message) {
            log.warn("An event was refused with {}: {}", code, message);
        }
    }
}

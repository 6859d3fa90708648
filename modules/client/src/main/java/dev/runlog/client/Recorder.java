package dev.runlog.client;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends events to {@code POST /events} in the background. Recording never waits for the server and never throws because
 * of a value, an exception or the network. Events wait in a buffer, bounded in number and bytes, are sent in batches,
 * and are retried while the server is unavailable. Sending an event twice changes nothing. Lost events are reported to
 * the {@link RecorderListener}.
 *
 * <p>If the buffer is full, an event is recorded without its payload, result or output if that makes it fit, and is
 * lost otherwise. The last quarter of the buffer is reserved for events that finish a run.
 *
 * <p>Thread-safe. {@link #close} sends the waiting events.
 */
public final class Recorder implements AutoCloseable {
    private static final TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();
    private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(1);

    private final Builder config;
    private final LossReporter losses;
    private final EventBuffer buffer;
    private final EventSender sender;
    private final Thread thread;

    private Recorder(Builder config, EventsClient client) {
        this.config = config;
        this.losses = new LossReporter(config.listener);
        this.buffer = new EventBuffer(config.bufferMax, config.bufferMaxBytes);
        this.sender = new EventSender(buffer, client, config.giveUpAfter, losses);
        this.thread = new Thread(sender, "runlog-recorder");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Creates a recorder for a server.
     *
     * @param server such as {@code http://127.0.0.1:8080} or {@code https://example.com/runlog}
     * @param token a JWT with the scope {@code executions:write}
     * @throws IllegalArgumentException if either is malformed
     */
    public static Builder to(URI server, String token) {
        Objects.requireNonNull(token, "token");
        String checked = EventsClient.checkedToken(token);
        return new Builder(server, checked, () -> checked);
    }

    /**
     * Creates a recorder for a server, with tokens that expire.
     *
     * @param server such as {@code http://127.0.0.1:8080} or {@code https://example.com/runlog}
     * @param tokens returns a JWT with the scope {@code executions:write}; called before each request, including
     *     retries after a 401 response
     * @throws IllegalArgumentException if the URL is malformed
     */
    public static Builder to(URI server, Supplier<String> tokens) {
        return new Builder(server, null, Objects.requireNonNull(tokens, "tokens"));
    }

    /** Settings of a recorder. */
    public static final class Builder {
        /** Room for an event's short form, which is up to some 20 KB. */
        private static final int EVENT_MAX_BYTES_MIN = 64 << 10;

        private static final Duration LONGEST = Duration.ofDays(365);

        private final URI server;
        private final @Nullable String fixedToken;
        private final Supplier<String> tokens;
        private int bufferMax = 10_000;
        private long bufferMaxBytes = 64L << 20;
        private int eventMaxBytes = 1 << 20;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration giveUpAfter = Duration.ofMinutes(1);
        private RecorderListener listener = new LoggingListener();

        private Builder(URI server, @Nullable String fixedToken, Supplier<String> tokens) {
            EventsClient.endpoint(Objects.requireNonNull(server, "server"));
            this.server = server;
            this.fixedToken = fixedToken;
            this.tokens = tokens;
        }

        /** Maximum number of events waiting or being sent. Default: 10,000. */
        public Builder bufferMax(int events) {
            bufferMax = (int) atLeast(1, events, "bufferMax");
            return this;
        }

        /** Maximum memory for events waiting or being sent, at least twice eventMaxBytes. Default: 64 MiB. */
        public Builder bufferMaxBytes(long bytes) {
            bufferMaxBytes = atLeast(1, bytes, "bufferMaxBytes");
            return this;
        }

        /**
         * Maximum size of one event. In a larger one, {@code {"truncated": "<type>"}} replaces the payload, result or
         * output. Default: 1 MiB, the same as the server's {@code http.body-max-bytes}.
         */
        public Builder eventMaxBytes(int bytes) {
            eventMaxBytes = (int) atLeast(EVENT_MAX_BYTES_MIN, bytes, "eventMaxBytes");
            return this;
        }

        /** Timeout of a request. Default: 10 seconds. */
        public Builder requestTimeout(Duration timeout) {
            requestTimeout = checked(timeout, "requestTimeout", Duration.ofMillis(1));
            return this;
        }

        /** Time to retry a batch while the server is unavailable; also limits {@link #close}. Default: 1 minute. */
        public Builder giveUpAfter(Duration time) {
            giveUpAfter = checked(time, "giveUpAfter", Duration.ZERO);
            return this;
        }

        public Builder listener(RecorderListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /** @throws IllegalArgumentException if bufferMaxBytes is less than twice eventMaxBytes */
        public Recorder build() {
            atLeast(2L * eventMaxBytes, bufferMaxBytes, "bufferMaxBytes");
            return new Recorder(this, new EventsClient(server, fixedToken, tokens, requestTimeout));
        }

        private static long atLeast(long min, long value, String name) {
            if (value < min) {
                throw new IllegalArgumentException(
                        "Invalid " + name + ": " + value + " (expected " + min + " or more).");
            }
            return value;
        }

        private static Duration checked(Duration value, String name, Duration min) {
            Objects.requireNonNull(value, name);
            if (value.compareTo(min) < 0) {
                throw new IllegalArgumentException(
                        "Invalid " + name + ": " + value + " (expected " + min + " or more).");
            }
            return value.compareTo(LONGEST) > 0 ? LONGEST : value;
        }
    }

    /** Records that a run of a workflow starts now. */
    public Run start(String workflow) {
        return start(workflow, RunOptions.none());
    }

    /** Records that a run of a workflow starts now. */
    public Run start(String workflow, RunOptions options) {
        Objects.requireNonNull(workflow, "workflow");
        Objects.requireNonNull(options, "options");
        UUID id = IDS.generate();
        Map<String, @Nullable Object> event = options.toEvent(json(options.payload()));
        event.put("event", "started");
        event.put("workflow", workflow);
        event.put("id", id.toString());
        send(event);
        return new Run(this, id, workflow);
    }

    /**
     * Executes work as a run of a workflow. Its result or exception is recorded, and returned or thrown unchanged,
     * including errors and interruptions.
     */
    public <T extends @Nullable Object> T record(String workflow, Callable<T> work) throws Exception {
        Objects.requireNonNull(work, "work");
        Run run = start(workflow);
        T result;
        try {
            result = work.call();
        } catch (Throwable failure) {
            run.fail(failure);
            throw failure;
        }
        run.succeed(result);
        return result;
    }

    /** Waits until all events recorded so far were sent or dropped; returns false on timeout. */
    public boolean flush(Duration timeout) throws InterruptedException {
        return buffer.awaitDone(
                Builder.checked(timeout, "timeout", Duration.ZERO).toNanos());
    }

    /**
     * Sends the waiting events, then stops. While the server is unavailable it retries for {@code giveUpAfter}, so this
     * may take that long plus one request. An interrupt leaves time for one more request. Events recorded afterwards
     * are lost.
     */
    @Override
    public void close() {
        sender.closeBy(System.nanoTime() + config.giveUpAfter.toNanos());
        if (Thread.currentThread() == thread) {
            return; // Called by a listener.
        }
        boolean interrupted = awaitEnd(config.giveUpAfter.plus(config.requestTimeout));
        thread.interrupt();
        // The thread only has to report lost events now.
        interrupted |= awaitEnd(REPORT_TIMEOUT);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the sender to end; returns whether it was interrupted. An interrupt leaves time for one request. */
    private boolean awaitEnd(Duration timeout) {
        boolean interrupted = false;
        long until = System.nanoTime() + timeout.toNanos();
        while (thread.isAlive() && until - System.nanoTime() > 0) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, until - System.nanoTime());
            } catch (InterruptedException stop) {
                interrupted = true;
                until = Math.min(until, System.nanoTime() + config.requestTimeout.toNanos());
            }
        }
        return interrupted;
    }

    @Nullable
    JsonValue json(@Nullable Object value) {
        return JsonValue.of(value, config.eventMaxBytes);
    }

    void send(Map<String, @Nullable Object> members) {
        Event event;
        try {
            event = Event.of(members, config.eventMaxBytes);
        } catch (RuntimeException | Error unexpected) { // The application must continue, even without memory.
            losses.lost(1, "The event cannot be serialised: " + unexpected);
            return;
        }
        if (event == null) {
            losses.lost(1, "The event exceeds eventMaxBytes (" + config.eventMaxBytes + " bytes).");
            return;
        }
        if (!addToBuffer(event)) {
            losses.lost(1, buffer.isClosed() ? "The recorder is closed." : "The buffer is full.");
        }
    }

    private boolean addToBuffer(Event event) {
        if (buffer.add(event)) {
            return true;
        }
        Event shorter = event.shortened();
        return shorter != null && buffer.add(shorter);
    }
}

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
 * of a value, an exception or the network: events wait in a buffer that is bounded in number and bytes, are sent in
 * batches, and are sent again while the server is away. Sending an event twice changes nothing. What is given up is
 * reported to the {@link RecorderListener}.
 *
 * <p>When the buffer is full, an event goes without its payload, result or output if that helps, and is lost otherwise.
 * Events that end a run have the last quarter of the buffer to themselves.
 *
 * <p>Safe for use by many threads. {@link #close} sends what waits.
 */
public final class Recorder implements AutoCloseable {
    private static final TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();
    private static final Duration REPORT_PATIENCE = Duration.ofSeconds(1);

    private final Builder config;
    private final Losses losses;
    private final EventBuffer buffer;
    private final EventSender sender;
    private final Thread thread;

    private Recorder(Builder config, EventsClient client) {
        this.config = config;
        this.losses = new Losses(config.listener);
        this.buffer = new EventBuffer(config.bufferMax, config.bufferMaxBytes);
        this.sender = new EventSender(buffer, client, config.giveUpAfter, losses);
        this.thread = new Thread(sender, "runlog-recorder");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * A recorder for a server.
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
     * A recorder for a server, with tokens that expire.
     *
     * @param server such as {@code http://127.0.0.1:8080} or {@code https://example.com/runlog}
     * @param tokens returns a JWT with the scope {@code executions:write}; called before each request, and again after
     *     one that the server refused with 401
     * @throws IllegalArgumentException if the URL is malformed
     */
    public static Builder to(URI server, Supplier<String> tokens) {
        return new Builder(server, null, Objects.requireNonNull(tokens, "tokens"));
    }

    /** Settings with their defaults. */
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

        /** Maximum number of events that wait or are being sent. 10,000 unless set. */
        public Builder bufferMax(int events) {
            bufferMax = (int) atLeast(1, events, "bufferMax");
            return this;
        }

        /** Maximum memory of the events that wait or are being sent. 64 MiB unless set, at least twice eventMaxBytes. */
        public Builder bufferMaxBytes(long bytes) {
            bufferMaxBytes = atLeast(1, bytes, "bufferMaxBytes");
            return this;
        }

        /**
         * Maximum size of one event. Payload, result or output of a larger one are replaced by {@code {"truncated":
         * "<type>"}}. 1 MiB unless set, which is the server's own default limit, {@code http.body-max-bytes}.
         */
        public Builder eventMaxBytes(int bytes) {
            eventMaxBytes = (int) atLeast(EVENT_MAX_BYTES_MIN, bytes, "eventMaxBytes");
            return this;
        }

        /** Longest time for one request. Ten seconds unless set. */
        public Builder requestTimeout(Duration timeout) {
            requestTimeout = checked(timeout, "requestTimeout", Duration.ofMillis(1));
            return this;
        }

        /** How long a batch is retried while the server is away, and how long {@link #close} tries. A minute unless set. */
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
     * Runs work as a run of a workflow: what it returns or throws is recorded, and returned or thrown unchanged. That
     * includes errors and interruptions.
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

    /** Waits until everything recorded so far was sent or given up; returns whether that was in time. */
    public boolean flush(Duration patience) throws InterruptedException {
        return buffer.awaitDone(
                Builder.checked(patience, "patience", Duration.ZERO).toNanos());
    }

    /**
     * Sends what waits, then ends. While the server is away it retries until {@code giveUpAfter} has passed, so this may
     * take as long as that and one request. Interrupting it leaves time for one request. Events recorded afterwards are
     * lost.
     */
    @Override
    public void close() {
        sender.closeBy(System.nanoTime() + config.giveUpAfter.toNanos());
        if (Thread.currentThread() == thread) {
            return; // A listener closes it.
        }
        boolean interrupted = awaitEnd(config.giveUpAfter.plus(config.requestTimeout));
        thread.interrupt();
        // It only has to report what is lost.
        interrupted |= awaitEnd(REPORT_PATIENCE);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the sender to end; returns whether it was interrupted, which leaves time for one request. */
    private boolean awaitEnd(Duration patience) {
        boolean interrupted = false;
        long until = System.nanoTime() + patience.toNanos();
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
        } catch (RuntimeException | Error unexpected) { // Whatever it is, such as a lack of memory, the work goes on.
            losses.lost(1, "The event cannot be written: " + unexpected);
            return;
        }
        if (event == null) {
            losses.lost(1, "The event is larger than eventMaxBytes, " + config.eventMaxBytes + " bytes.");
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

package dev.runlog.client;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
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
 * lost otherwise. The last quarter of the buffer is reserved for events that finish a run. With a
 * {@linkplain RecorderBuilder#spool spool}, events wait on disk while the server is unavailable.
 *
 * <p>Thread-safe. {@link #close} sends the waiting events.
 */
public final class Recorder implements AutoCloseable {
    private static final TimeBasedEpochGenerator IDS = Generators.timeBasedEpochGenerator();
    private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration SPOOL_TIMEOUT = Duration.ofSeconds(10);

    private final RecorderBuilder config;
    private final LossReporter losses;
    private final EventBuffer buffer;
    private final Backlog backlog;
    private final EventSender sender;
    private final Thread thread;

    Recorder(RecorderBuilder config) {
        this.config = config;
        this.losses = new LossReporter(config.listener);
        this.buffer = new EventBuffer(config.bufferMax, config.bufferMaxBytes);
        this.backlog = new Backlog(config.spoolDirectory, config.spoolMaxBytes, losses);
        backlog.open();
        EventsClient client = new EventsClient(config.server, config.fixedToken, config.tokens, config.requestTimeout);
        this.sender = new EventSender(buffer, backlog, client, config.giveUpAfter, losses);
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
    public static RecorderBuilder to(URI server, String token) {
        Objects.requireNonNull(token, "token");
        String checked = EventsClient.checkedToken(token);
        return new RecorderBuilder(server, checked, () -> checked);
    }

    /**
     * Creates a recorder for a server, with tokens that expire.
     *
     * @param server such as {@code http://127.0.0.1:8080} or {@code https://example.com/runlog}
     * @param tokens returns a JWT with the scope {@code executions:write}; called before each request, including
     *     retries after a 401 response
     * @throws IllegalArgumentException if the URL is malformed
     */
    public static RecorderBuilder to(URI server, Supplier<String> tokens) {
        return new RecorderBuilder(server, null, Objects.requireNonNull(tokens, "tokens"));
    }

    /** Records that a run of a workflow starts now. */
    public Run start(String workflow) {
        return start(workflow, RunOptions.none());
    }

    /** Records that a run of a workflow starts, now or at {@link RunOptions#withStartedAt}. */
    public Run start(String workflow, RunOptions options) {
        Objects.requireNonNull(options, "options");
        Run run = run(workflow, options, options.queuedAt() == null && options.startedAt() == null);
        run.start();
        return run;
    }

    /** Records that a run of a workflow is queued, now or at {@link RunOptions#withQueuedAt}. */
    public Run queue(String workflow, RunOptions options) {
        Objects.requireNonNull(options, "options");
        Run run = run(workflow, options, false);
        run.queue();
        return run;
    }

    /**
     * Returns a run that another recorder queued or started, to record its start, steps, heartbeats or end. Records
     * nothing.
     *
     * @param options its ID or external ID, source and owner. If this recorder starts the run, or if its start may be
     *     lost, also the properties of the start
     * @throws IllegalArgumentException without an ID or external ID
     */
    public Run attach(String workflow, RunOptions options) {
        Objects.requireNonNull(options, "options");
        if (options.id() == null && options.externalId() == null) {
            throw new IllegalArgumentException("Missing ID or external ID of a run to attach to.");
        }
        return run(workflow, options, false);
    }

    /** Generates an ID if the options have none. */
    private Run run(String workflow, RunOptions options, boolean startsNow) {
        Objects.requireNonNull(workflow, "workflow");
        if (options.id() != null || options.externalId() != null) {
            return new Run(this, workflow, options, false);
        }
        Instant time = options.queuedAt() == null ? options.startedAt() : options.queuedAt();
        UUID id = time == null ? IDS.generate() : IDS.construct(time.toEpochMilli());
        return new Run(this, workflow, options.withId(id), startsNow);
    }

    /**
     * Executes work as a run of a workflow. Its result or exception is recorded, and returned or thrown unchanged,
     * including errors and interruptions.
     */
    public <T extends @Nullable Object> T record(String workflow, Callable<T> work) throws Exception {
        return record(workflow, RunOptions.none(), work);
    }

    /**
     * Executes work as a run of a workflow. Its result or exception is recorded, and returned or thrown unchanged,
     * including errors and interruptions.
     */
    public <T extends @Nullable Object> T record(String workflow, RunOptions options, Callable<T> work)
            throws Exception {
        Objects.requireNonNull(work, "work");
        Run run = start(workflow, options);
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

    /** Waits until all events recorded so far, and all in the spool, were sent or dropped; returns false on timeout. */
    public boolean flush(Duration timeout) throws InterruptedException {
        long nanos = RecorderBuilder.checked(timeout, "timeout", Duration.ZERO).toNanos();
        return buffer.awaitDone(nanos, backlog::isEmpty);
    }

    /**
     * Sends the waiting events, then stops. While the server is unavailable it retries for {@code giveUpAfter}, so this
     * may take that long plus one request. Then the rest stays in the spool or, without one, is lost. An interrupt
     * leaves time for one more request. Events recorded afterwards are lost.
     */
    @Override
    public void close() {
        sender.closeBy(System.nanoTime() + config.giveUpAfter.toNanos());
        if (Thread.currentThread() == thread) {
            return; // Called by a listener.
        }
        boolean interrupted = awaitEnd(config.giveUpAfter.plus(config.requestTimeout));
        thread.interrupt();
        // The thread only has to report lost events or write them to the disk now.
        interrupted |= awaitEnd(backlog.isConfigured() ? SPOOL_TIMEOUT : REPORT_TIMEOUT);
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

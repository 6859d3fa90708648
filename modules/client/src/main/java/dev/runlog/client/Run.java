package dev.runlog.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A run of a workflow. Finishing it again with the same outcome changes nothing. Thread-safe. */
public final class Run {
    private final Recorder recorder;
    private final String workflow;
    private final RunOptions options;
    /** Whether the ID's time is the start. */
    private final boolean idIsStart;

    private volatile boolean isQueuedHere;
    private volatile @Nullable Instant queuedAt;
    /** Null if unknown. */
    private volatile @Nullable Instant startedAt;

    Run(Recorder recorder, String workflow, RunOptions options, boolean idIsStart) {
        this.recorder = recorder;
        this.workflow = workflow;
        this.options = options;
        this.idIsStart = idIsStart;
        this.queuedAt = options.queuedAt();
        this.startedAt = options.startedAt();
    }

    /** Returns the ID of the execution; null if the run has an external ID, for which the server makes the ID. */
    public @Nullable UUID id() {
        return options.id();
    }

    /** Returns the engine's own ID of the run; null if it has none. */
    public @Nullable String externalId() {
        return options.externalId();
    }

    void queue() {
        if (queuedAt == null) {
            queuedAt = Instant.now();
        }
        isQueuedHere = true;
        begin("queued", options.payload());
    }

    /** Records that a queued run starts, now or when its options say. */
    public void start() {
        if (startedAt == null && !idIsStart) {
            startedAt = Instant.now();
        }
        begin("started", isQueuedHere ? null : options.payload());
    }

    private void begin(String kind, @Nullable Object payload) {
        Map<String, @Nullable Object> event = event(kind);
        event.putAll(options.properties());
        putTime(event, "queuedAt", queuedAt);
        if (kind.equals("started")) {
            putTime(event, "startedAt", startedAt);
        }
        if (payload != null) {
            event.put("payload", json(payload));
        }
        recorder.send(event);
    }

    /**
     * Records success.
     *
     * @param result any value that Jackson can serialise, including java.time and Optional. Other values are recorded
     *     as {@code {"unserialisable": "<type>"}}, and so are iterators and streams, which can only be read once
     */
    public void succeed(@Nullable Object result) {
        finish("SUCCESS", result, null);
    }

    /** Records failure, with the class, message and stack trace of the exception. */
    public void fail(@Nullable Throwable failure) {
        finish("FAILED", null, failure == null ? null : ErrorText.of(failure));
    }

    /** Records failure, with an error of any kind. */
    public void fail(
            @Nullable String type, @Nullable String message, @Nullable String stackTrace, @Nullable Object result) {
        finish("FAILED", result, ErrorText.of(type, message, stackTrace));
    }

    /** Records cancellation. */
    public void cancel(@Nullable Object result) {
        finish("CANCELLED", result, null);
    }

    /** Records that the run is alive. */
    public void heartbeat() {
        recorder.send(event("heartbeat"));
    }

    /** Records that a step starts now. Its index is its position, starting at 0. */
    public Step startStep(int index, String name) {
        return startStep(index, name, StepOptions.none());
    }

    /** Records that a step starts now. Its index is its position, starting at 0. */
    public Step startStep(int index, String name, StepOptions stepOptions) {
        Step step = step(index, name, stepOptions);
        step.start();
        return step;
    }

    /** Returns a step without recording its start, for example to record the end of a step that another process started. */
    public Step step(int index, String name, StepOptions stepOptions) {
        return new Step(this, index, name, stepOptions);
    }

    /** Records that a step succeeded now. */
    public void succeedStep(int index, String name, @Nullable Object output) {
        step(index, name, StepOptions.none()).succeed(output);
    }

    /** Records that a step failed now. */
    public void failStep(int index, String name, @Nullable Object output) {
        step(index, name, StepOptions.none()).finish("FAILED", output, null);
    }

    void recordStep(Map<String, @Nullable Object> step) {
        Map<String, @Nullable Object> event = event("steps");
        event.put("steps", List.of(step));
        recorder.send(event);
    }

    @Nullable
    JsonValue json(@Nullable Object value) {
        return recorder.json(value);
    }

    private void finish(String status, @Nullable Object result, @Nullable Map<String, @Nullable Object> error) {
        Map<String, @Nullable Object> event = event("finished");
        event.put("status", status);
        putTime(event, "startedAt", startedAt);
        event.put("finishedAt", Instant.now().toString());
        event.put("result", json(result));
        event.put("error", error);
        recorder.send(event);
    }

    /** Includes the workflow: the server then records the event even if the start was lost or comes later. */
    private Map<String, @Nullable Object> event(String kind) {
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("event", kind);
        event.putAll(options.identity());
        event.put("workflow", workflow);
        return event;
    }

    private static void putTime(Map<String, @Nullable Object> event, String member, @Nullable Instant time) {
        if (time != null) {
            event.put(member, time.toString());
        }
    }
}

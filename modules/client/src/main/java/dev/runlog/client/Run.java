package dev.runlog.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A run that has started. Finishing it again with the same outcome changes nothing. */
public final class Run {
    private final Recorder recorder;
    private final UUID id;
    private final String workflow;

    Run(Recorder recorder, UUID id, String workflow) {
        this.recorder = recorder;
        this.id = id;
        this.workflow = workflow;
    }

    /** Returns the ID of the execution. */
    public UUID id() {
        return id;
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
        if (failure == null) {
            finish("FAILED", null, null);
            return;
        }
        fail(failure.getClass().getName(), ErrorText.messageOf(failure), ErrorText.stackTraceOf(failure), null);
    }

    /** Records failure, with an error of any kind. */
    public void fail(
            @Nullable String type, @Nullable String message, @Nullable String stackTrace, @Nullable Object result) {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("type", ErrorText.type(type));
        error.put("message", ErrorText.message(message));
        error.put("stackTrace", ErrorText.stackTrace(stackTrace));
        finish("FAILED", result, error);
    }

    /** Records cancellation. */
    public void cancel(@Nullable Object result) {
        finish("CANCELLED", result, null);
    }

    /** Records that the run is alive. */
    public void heartbeat() {
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("event", "heartbeat");
        event.put("id", id.toString());
        recorder.send(event);
    }

    /** Records that a step starts now. Its index is its position, starting at 0. */
    public void startStep(int index, String name) {
        step(index, name, "RUNNING", "startedAt", null);
    }

    /** Records that a step succeeded now. */
    public void succeedStep(int index, String name, @Nullable Object output) {
        step(index, name, "SUCCESS", "finishedAt", output);
    }

    /** Records that a step failed now. */
    public void failStep(int index, String name, @Nullable Object output) {
        step(index, name, "FAILED", "finishedAt", output);
    }

    private void step(int index, String name, String status, String moment, @Nullable Object output) {
        Map<String, @Nullable Object> step = new LinkedHashMap<>();
        step.put("index", index);
        step.put("name", Objects.requireNonNull(name, "name"));
        step.put("status", status);
        step.put(moment, Instant.now().toString());
        step.put("output", recorder.json(output));
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("event", "steps");
        event.put("id", id.toString());
        event.put("steps", List.of(step));
        recorder.send(event);
    }

    /** Includes the workflow: the server then records the run even if the start was lost. */
    private void finish(String status, @Nullable Object result, @Nullable Map<String, @Nullable Object> error) {
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("event", "finished");
        event.put("id", id.toString());
        event.put("workflow", workflow);
        event.put("status", status);
        event.put("finishedAt", Instant.now().toString());
        event.put("result", recorder.json(result));
        event.put("error", error);
        recorder.send(event);
    }
}

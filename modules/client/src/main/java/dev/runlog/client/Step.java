package dev.runlog.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A step of a run. Recording the same outcome again changes nothing. Thread-safe. */
public final class Step {
    private final Run run;
    private final int index;
    private final String name;
    private final StepOptions options;
    private volatile @Nullable Instant startedAt;

    Step(Run run, int index, String name, StepOptions options) {
        this.run = run;
        this.index = index;
        this.name = Objects.requireNonNull(name, "name");
        this.options = Objects.requireNonNull(options, "options");
    }

    /** Records that the step starts now, with its input. */
    public void start() {
        startedAt = Instant.now();
        Map<String, @Nullable Object> step = members("RUNNING");
        step.put("input", run.json(options.input()));
        run.recordStep(step);
    }

    /**
     * Records success.
     *
     * @param output any value that Jackson can serialise, as for {@link Run#succeed}
     */
    public void succeed(@Nullable Object output) {
        finish("SUCCESS", output, null);
    }

    /** Records failure, with the class, message and stack trace of the exception. */
    public void fail(@Nullable Throwable failure) {
        finish("FAILED", null, failure == null ? null : ErrorText.of(failure));
    }

    /** Records failure, with an error of any kind. */
    public void fail(
            @Nullable String type, @Nullable String message, @Nullable String stackTrace, @Nullable Object output) {
        finish("FAILED", output, ErrorText.of(type, message, stackTrace));
    }

    /** Records cancellation. */
    public void cancel(@Nullable Object output) {
        finish("CANCELLED", output, null);
    }

    /** Records that the step is not executed. */
    public void skip() {
        finish("SKIPPED", null, null);
    }

    void finish(String status, @Nullable Object output, @Nullable Map<String, @Nullable Object> error) {
        Map<String, @Nullable Object> step = members(status);
        step.put("finishedAt", Instant.now().toString());
        step.put("output", run.json(output));
        if (error != null) {
            step.put("error", error);
        }
        run.recordStep(step);
    }

    private Map<String, @Nullable Object> members(String status) {
        Map<String, @Nullable Object> step = new LinkedHashMap<>();
        step.put("index", index);
        step.put("name", name);
        step.put("status", status);
        step.putAll(options.members());
        Instant start = startedAt;
        if (start != null) {
            step.put("startedAt", start.toString());
        }
        return step;
    }
}

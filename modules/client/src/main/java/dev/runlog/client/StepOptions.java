package dev.runlog.client;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Optional properties of a step.
 *
 * @param parentIndex index of the step that contains this one, starting at 0; it may be recorded later
 * @param attempt attempt number, starting at 1
 * @param kind kind of node, as named by the engine, such as {@code http-request}
 * @param input any value that Jackson can serialise, as for {@link Run#succeed}
 */
public record StepOptions(
        @Nullable Integer parentIndex,
        @Nullable Integer attempt,
        @Nullable String kind,
        @Nullable Object input) {
    private static final StepOptions NONE = new StepOptions(null, null, null, null);

    public static StepOptions none() {
        return NONE;
    }

    public StepOptions withParentIndex(@Nullable Integer index) {
        return new StepOptions(index, attempt, kind, input);
    }

    public StepOptions withAttempt(@Nullable Integer number) {
        return new StepOptions(parentIndex, number, kind, input);
    }

    public StepOptions withKind(@Nullable String name) {
        return new StepOptions(parentIndex, attempt, name, input);
    }

    public StepOptions withInput(@Nullable Object value) {
        return new StepOptions(parentIndex, attempt, kind, value);
    }

    /** Members of every event of the step, except its input. */
    Map<String, @Nullable Object> members() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        if (parentIndex != null) {
            members.put("parentIndex", parentIndex);
        }
        if (attempt != null) {
            members.put("attempt", attempt);
        }
        if (kind != null) {
            members.put("kind", kind);
        }
        return members;
    }
}

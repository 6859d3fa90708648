package dev.runlog.client;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Optional properties of a run's start.
 *
 * @param trigger what started it
 * @param attempt attempt number, starting at 1
 * @param parentId the run that started it
 * @param labels labels; those with a null key or value are ignored
 * @param payload input: any value that Jackson can serialise, as for {@link Run#succeed}
 * @param heartbeatTimeout time without a {@link Run#heartbeat} after which it counts as crashed
 */
public record RunOptions(
        @Nullable String trigger,
        @Nullable Integer attempt,
        @Nullable UUID parentId,
        Map<String, String> labels,
        @Nullable Object payload,
        @Nullable Duration heartbeatTimeout) {

    public RunOptions {
        labels = present(Objects.requireNonNull(labels, "labels"));
    }

    /** Accepts values of any type, because maps such as Properties are passed with unchecked casts. */
    private static Map<String, String> present(Map<?, ?> labels) {
        Map<String, String> present = new LinkedHashMap<>();
        labels.forEach((key, value) -> {
            if (key != null && value != null) {
                present.put(storable(String.valueOf(key)), storable(String.valueOf(value)));
            }
        });
        return Collections.unmodifiableMap(present);
    }

    /** NUL cannot be stored, and the server rejects a start that contains it in a label or trigger. */
    private static String storable(String text) {
        return text.replace('\0', '\uFFFD');
    }

    public static RunOptions none() {
        return new RunOptions(null, null, null, Map.of(), null, null);
    }

    public RunOptions withTrigger(@Nullable String value) {
        return new RunOptions(value, attempt, parentId, labels, payload, heartbeatTimeout);
    }

    public RunOptions withLabels(Map<String, String> pairs) {
        return new RunOptions(trigger, attempt, parentId, pairs, payload, heartbeatTimeout);
    }

    public RunOptions withPayload(@Nullable Object value) {
        return new RunOptions(trigger, attempt, parentId, labels, value, heartbeatTimeout);
    }

    public RunOptions withHeartbeatTimeout(@Nullable Duration timeout) {
        return new RunOptions(trigger, attempt, parentId, labels, payload, timeout);
    }

    Map<String, @Nullable Object> toEvent(@Nullable JsonValue payloadJson) {
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("trigger", trigger == null ? null : storable(trigger));
        event.put("attempt", attempt);
        event.put("parentId", parentId == null ? null : parentId.toString());
        event.put("labels", labels);
        event.put("payload", payloadJson);
        event.put("heartbeatTimeout", heartbeatTimeout == null ? null : heartbeatTimeout.toString());
        return event;
    }
}

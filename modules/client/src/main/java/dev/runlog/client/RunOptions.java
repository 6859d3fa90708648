package dev.runlog.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a run's start may tell.
 *
 * @param trigger what set it off
 * @param attempt which try it is, from 1
 * @param parentId the run that started it
 * @param payload what it was given: anything that Jackson writes
 * @param heartbeatTimeout after how long a silence it counts as crashed; then {@link Run#heartbeat} is to be called
 */
public record RunOptions(
        @Nullable String trigger,
        @Nullable Integer attempt,
        @Nullable UUID parentId,
        Map<String, String> labels,
        @Nullable Object payload,
        @Nullable Duration heartbeatTimeout) {

    public RunOptions {
        labels = Map.copyOf(labels);
    }

    public static RunOptions none() {
        return new RunOptions(null, null, null, Map.of(), null, null);
    }

    public RunOptions withTrigger(String word) {
        return new RunOptions(word, attempt, parentId, labels, payload, heartbeatTimeout);
    }

    public RunOptions withLabels(Map<String, String> pairs) {
        return new RunOptions(trigger, attempt, parentId, pairs, payload, heartbeatTimeout);
    }

    public RunOptions withPayload(Object value) {
        return new RunOptions(trigger, attempt, parentId, labels, value, heartbeatTimeout);
    }

    public RunOptions withHeartbeatTimeout(Duration silence) {
        return new RunOptions(trigger, attempt, parentId, labels, payload, silence);
    }

    Map<String, @Nullable Object> toEvent() {
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("trigger", trigger);
        event.put("attempt", attempt);
        event.put("parentId", parentId == null ? null : parentId.toString());
        event.put("labels", labels);
        event.put("payload", payload);
        event.put("heartbeatTimeout", heartbeatTimeout == null ? null : heartbeatTimeout.toString());
        return event;
    }
}

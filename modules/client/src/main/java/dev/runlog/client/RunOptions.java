package dev.runlog.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Identity and optional properties of a run. Immutable; each {@code with} method returns a copy, and null removes the
 * property. The server checks the values: it reports those that it does not accept to the {@link RecorderListener}.
 */
public final class RunOptions {
    private static final RunOptions NONE = new RunOptions(Map.of(), null);
    private static final Set<String> IDENTITY = Set.of("id", "externalId", "owner");
    private static final Set<String> TIMES = Set.of("startedAt", "queuedAt");

    /** Members of the event, with their values as they were given. */
    private final Map<String, Object> members;

    private final @Nullable Object payload;

    private RunOptions(Map<String, Object> members, @Nullable Object payload) {
        this.members = members;
        this.payload = payload;
    }

    public static RunOptions none() {
        return NONE;
    }

    /** The engine's own ID of the run: 1 to 512 characters, unique for the owner and source. Replaces the ID. */
    public RunOptions withExternalId(@Nullable String externalId) {
        return with("id", null).with("externalId", externalId);
    }

    /**
     * Where the external IDs come from, such as {@code airflow}: 1 to 128 characters. Also applies to the parent's and
     * the retried run's external ID.
     */
    public RunOptions withSource(@Nullable String source) {
        return with("source", source);
    }

    /** ID of the execution, a UUID of version 7. Replaces the external ID. By default, the recorder generates an ID. */
    public RunOptions withId(@Nullable UUID id) {
        return with("externalId", null).with("id", id);
    }

    /** Owner of the run, if not the token's own. Requires the scope {@code engine}. */
    public RunOptions withOwner(@Nullable String owner) {
        return with("owner", owner);
    }

    /** Display name of the workflow. */
    public RunOptions withWorkflowName(@Nullable String name) {
        return with("workflowName", name);
    }

    /** What started the run, such as {@code schedule}. */
    public RunOptions withTrigger(@Nullable String trigger) {
        return with("trigger", trigger);
    }

    /** Attempt number, starting at 1. */
    public RunOptions withAttempt(@Nullable Integer attempt) {
        return with("attempt", attempt);
    }

    /** The run that started this one. Replaces the parent's external ID. */
    public RunOptions withParentId(@Nullable UUID id) {
        return with("parentExternalId", null).with("parentId", id);
    }

    /** External ID of the run that started this one, which may be recorded later. Replaces the parent's ID. */
    public RunOptions withParentExternalId(@Nullable String externalId) {
        return with("parentId", null).with("parentExternalId", externalId);
    }

    /** The run that this one repeats. Replaces the retried run's external ID. */
    public RunOptions withRetryOf(@Nullable UUID id) {
        return with("retryOfExternalId", null).with("retryOf", id);
    }

    /** External ID of the run that this one repeats, which may be recorded later. Replaces the retried run's ID. */
    public RunOptions withRetryOfExternalId(@Nullable String externalId) {
        return with("retryOf", null).with("retryOfExternalId", externalId);
    }

    /** Labels; those with a null key or value are ignored. */
    public RunOptions withLabels(Map<String, String> labels) {
        return with("labels", present(Objects.requireNonNull(labels, "labels")));
    }

    /** Input of the run: any value that Jackson can serialise, as for {@link Run#succeed}. */
    public RunOptions withPayload(@Nullable Object value) {
        return new RunOptions(members, value);
    }

    /** Time without a {@link Run#heartbeat} after which the run counts as crashed. */
    public RunOptions withHeartbeatTimeout(@Nullable Duration timeout) {
        return with("heartbeatTimeout", timeout);
    }

    /** When the run started, to the millisecond; by default now. */
    public RunOptions withStartedAt(@Nullable Instant startedAt) {
        return with("startedAt", startedAt);
    }

    /** When the run was queued; for {@link Recorder#queue} now by default, for {@link Recorder#start} never. */
    public RunOptions withQueuedAt(@Nullable Instant queuedAt) {
        return with("queuedAt", queuedAt);
    }

    private RunOptions with(String member, @Nullable Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(members);
        if (value == null) {
            copy.remove(member);
        } else {
            copy.put(member, value);
        }
        return new RunOptions(Collections.unmodifiableMap(copy), payload);
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

    @Nullable
    UUID id() {
        return (UUID) members.get("id");
    }

    @Nullable
    String externalId() {
        return (String) members.get("externalId");
    }

    @Nullable
    Instant startedAt() {
        return (Instant) members.get("startedAt");
    }

    @Nullable
    Instant queuedAt() {
        return (Instant) members.get("queuedAt");
    }

    @Nullable
    Object payload() {
        return payload;
    }

    /** Members of every event of the run. */
    Map<String, Object> identity() {
        Map<String, Object> identity = new LinkedHashMap<>();
        members.forEach((member, value) -> {
            if (IDENTITY.contains(member) || member.equals("source") && externalId() != null) {
                identity.put(member, written(value));
            }
        });
        return identity;
    }

    /** Further members of the event that queues or starts the run, except its payload and times. */
    Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        members.forEach((member, value) -> {
            if (!IDENTITY.contains(member) && !TIMES.contains(member)) {
                properties.put(member, written(value));
            }
        });
        return properties;
    }

    private static Object written(Object value) {
        return value instanceof Integer || value instanceof Map ? value : storable(value.toString());
    }
}

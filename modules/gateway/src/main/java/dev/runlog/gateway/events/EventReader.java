package dev.runlog.gateway.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.Finished;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Started;
import dev.runlog.contract.recording.RecordingEvent.StepEvent;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.gateway.graphql.Arguments;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads one line as an event, strictly: an unknown member is a mistake that would otherwise lose what it says. */
final class EventReader {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final Set<String> STARTED = Set.of(
            "event",
            "owner",
            "workflow",
            "workflowId",
            "id",
            "startedAt",
            "trigger",
            "attempt",
            "parentId",
            "labels",
            "payload",
            "heartbeatTimeout");
    private static final Set<String> FINISHED =
            Set.of("event", "owner", "workflow", "workflowId", "id", "status", "finishedAt", "result", "error");
    private static final Set<String> EXECUTION = Set.of(
            "event",
            "owner",
            "workflow",
            "workflowId",
            "id",
            "startedAt",
            "trigger",
            "attempt",
            "parentId",
            "labels",
            "payload",
            "heartbeatTimeout",
            "status",
            "finishedAt",
            "result",
            "error");
    private static final Set<String> STEPS = Set.of("event", "owner", "id", "steps");
    private static final Set<String> STEP =
            Set.of("index", "name", "kind", "status", "startedAt", "finishedAt", "input", "output", "error");
    private static final Set<String> HEARTBEAT = Set.of("event", "owner", "id");
    private static final Set<String> ERROR = Set.of("message", "type", "stackTrace", "details");

    private EventReader() {}

    /** Fails with {@code BAD_INPUT} for whatever is no event, naming what is wrong. */
    static RecordingEvent read(byte[] line) {
        JsonNode event;
        try {
            event = JSON.readTree(line);
        } catch (JsonProcessingException malformed) {
            throw RunlogException.badInput("The line is no JSON: "
                    + malformed.getOriginalMessage().replaceFirst(" \\(start marker at .*", "."));
        } catch (IOException malformed) {
            throw RunlogException.badInput("The line is no JSON: " + malformed.getMessage());
        }
        if (event == null || !event.isObject()) {
            throw RunlogException.badInput("The line must be a JSON object.");
        }
        String kind = text(event, "event");
        return switch (kind == null ? "" : kind) {
            case "started" -> started(known(event, STARTED), idOrNull(event, "id"));
            case "finished" -> finished(known(event, FINISHED), id(event));
            case "execution" -> {
                UUID id = id(known(event, EXECUTION));
                yield new Completed(started(event, id), finished(event, id));
            }
            case "steps" -> new StepsRecorded(id(known(event, STEPS)), text(event, "owner"), steps(event));
            case "heartbeat" -> new Heartbeat(id(known(event, HEARTBEAT)), text(event, "owner"));
            default ->
                throw RunlogException.badInput("'event' must be started, finished, execution, steps or " + "heartbeat"
                        + (kind == null ? "." : ", not '" + shown(kind) + "'."));
        };
    }

    private static Started started(JsonNode event, @Nullable UUID id) {
        WorkflowRef workflow = workflow(event);
        if (workflow == null) {
            throw RunlogException.badInput("'workflow' is missing.");
        }
        return new Started(
                id,
                text(event, "owner"),
                workflow,
                instant(event, "startedAt"),
                text(event, "trigger"),
                integer(event, "attempt"),
                idOrNull(event, "parentId"),
                labels(event),
                json(event, "payload"),
                duration(event, "heartbeatTimeout"));
    }

    private static Finished finished(JsonNode event, UUID id) {
        return new Finished(
                id,
                text(event, "owner"),
                workflow(event),
                constant(ExecutionStatus.class, event, "status"),
                instant(event, "finishedAt"),
                json(event, "result"),
                error(event));
    }

    private static List<StepEvent> steps(JsonNode event) {
        JsonNode steps = event.get("steps");
        if (steps == null || !steps.isArray()) {
            throw RunlogException.badInput("'steps' must be an array.");
        }
        List<StepEvent> read = new ArrayList<>(steps.size());
        for (JsonNode step : steps) {
            if (!step.isObject()) {
                throw RunlogException.badInput("A step must be an object.");
            }
            Integer index = integer(known(step, STEP), "index");
            String name = text(step, "name");
            if (index == null || name == null) {
                throw RunlogException.badInput("A step needs 'index' and 'name'.");
            }
            read.add(new StepEvent(
                    index,
                    name,
                    text(step, "kind"),
                    constant(StepStatus.class, step, "status"),
                    instant(step, "startedAt"),
                    instant(step, "finishedAt"),
                    json(step, "input"),
                    json(step, "output"),
                    json(step, "error")));
        }
        return read;
    }

    private static @Nullable WorkflowRef workflow(JsonNode event) {
        UUID id = idOrNull(event, "workflowId");
        String key = text(event, "workflow");
        return id == null && key == null ? null : new WorkflowRef(id, key);
    }

    private static @Nullable ExecutionError error(JsonNode event) {
        JsonNode error = event.get("error");
        if (error == null || error.isNull()) {
            return null;
        }
        if (!error.isObject()) {
            throw RunlogException.badInput("'error' must be an object.");
        }
        known(error, ERROR);
        return new ExecutionError(
                text(error, "message"), text(error, "type"), text(error, "stackTrace"), json(error, "details"));
    }

    private static Map<String, String> labels(JsonNode event) {
        JsonNode labels = event.get("labels");
        if (labels == null || labels.isNull()) {
            return Map.of();
        }
        if (!labels.isObject()) {
            throw RunlogException.badInput("'labels' must be an object of strings.");
        }
        Map<String, String> read = new LinkedHashMap<>();
        labels.fields().forEachRemaining(label -> {
            if (!label.getValue().isTextual()) {
                throw RunlogException.badInput("The label '" + shown(label.getKey()) + "' must be a string.");
            }
            read.put(label.getKey(), label.getValue().textValue());
        });
        return read;
    }

    private static JsonNode known(JsonNode object, Set<String> members) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!members.contains(name)) {
                throw RunlogException.badInput("'" + shown(name) + "' is unknown here.");
            }
        }
        return object;
    }

    private static UUID id(JsonNode event) {
        UUID id = idOrNull(event, "id");
        if (id == null) {
            throw RunlogException.badInput("'id' is missing.");
        }
        return id;
    }

    private static @Nullable UUID idOrNull(JsonNode object, String name) {
        String text = text(object, name);
        return text == null ? null : Arguments.toId(text);
    }

    private static @Nullable String text(JsonNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw RunlogException.badInput("'" + name + "' must be a string.");
        }
        return value.textValue();
    }

    private static @Nullable Integer integer(JsonNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw RunlogException.badInput("'" + name + "' must be a whole number.");
        }
        return value.intValue();
    }

    private static @Nullable Instant instant(JsonNode object, String name) {
        String text = text(object, name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException malformed) {
            throw RunlogException.badInput(
                    "'" + name + "' is no moment such as 2026-11-24T04:26:10.123Z: '" + shown(text) + "'.");
        }
    }

    private static @Nullable Duration duration(JsonNode object, String name) {
        String text = text(object, name);
        try {
            return text == null ? null : Duration.parse(text);
        } catch (DateTimeException malformed) {
            throw RunlogException.badInput(
                    "'" + name + "' is no ISO 8601 duration such as PT30S: '" + shown(text) + "'.");
        }
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode object, String name) {
        String text = text(object, name);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw RunlogException.badInput("'" + name + "' must be one of " + Arrays.toString(type.getEnumConstants())
                + (text == null ? "." : ", not '" + shown(text) + "'."));
    }

    private static @Nullable String json(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value.toString();
    }

    private static String shown(@Nullable String text) {
        return text == null ? "" : text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}

package dev.runlog.contract.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.json.JsonReader;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Queued;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.StepEvent;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.text.SafeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line as an event. An unknown member is refused, because its content would be lost; within an error it is kept.
 * Payload and result are checked to be JSON, and their text is passed on unchanged.
 */
public final class EventReader {
    private static final int DEPTH_MAX = 100_000;

    /**
     * The length of a line bounds everything except its depth. Each level takes about 80 bytes during reading. Recording
     * cuts what is too deep or too large to store.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** The members of every event; a heartbeat has no others. */
    private static final Set<EventMember> HEARTBEAT = EnumSet.of(
            EventMember.EVENT,
            EventMember.OWNER,
            EventMember.WORKFLOW,
            EventMember.WORKFLOW_ID,
            EventMember.WORKFLOW_NAME,
            EventMember.ID,
            EventMember.EXTERNAL_ID,
            EventMember.SOURCE);

    private static final Set<EventMember> LINKED = union(
            HEARTBEAT,
            EnumSet.of(
                    EventMember.PARENT_ID,
                    EventMember.PARENT_EXTERNAL_ID,
                    EventMember.RETRY_OF,
                    EventMember.RETRY_OF_EXTERNAL_ID));
    private static final Set<EventMember> QUEUED = union(
            LINKED,
            EnumSet.of(
                    EventMember.QUEUED_AT,
                    EventMember.TRIGGER,
                    EventMember.ATTEMPT,
                    EventMember.LABELS,
                    EventMember.PAYLOAD,
                    EventMember.HEARTBEAT_TIMEOUT));
    private static final Set<EventMember> STARTED = union(QUEUED, EnumSet.of(EventMember.STARTED_AT));
    private static final Set<EventMember> FINISHED = union(
            LINKED,
            EnumSet.of(
                    EventMember.STATUS,
                    EventMember.STARTED_AT,
                    EventMember.FINISHED_AT,
                    EventMember.RESULT,
                    EventMember.ERROR));
    private static final Set<EventMember> EXECUTION = union(STARTED, FINISHED);
    private static final Set<EventMember> STEPS = union(HEARTBEAT, EnumSet.of(EventMember.STEPS));
    private static final Set<EventMember> STEP = EnumSet.of(
            EventMember.INDEX,
            EventMember.PARENT_INDEX,
            EventMember.ATTEMPT,
            EventMember.NAME,
            EventMember.KIND,
            EventMember.STATUS,
            EventMember.STARTED_AT,
            EventMember.FINISHED_AT,
            EventMember.INPUT,
            EventMember.OUTPUT,
            EventMember.ERROR);

    private static final Set<@Nullable EventMember> ERROR_TEXTS =
            EnumSet.of(EventMember.MESSAGE, EventMember.TYPE, EventMember.STACK_TRACE);

    private final byte[] bytes;
    private final int start;
    private final JsonParser parser;

    private EventReader(byte[] bytes, int start, JsonParser parser) {
        this.bytes = bytes;
        this.start = start;
        this.parser = parser;
    }

    /** Fails with {@code BAD_INPUT} for anything but a valid event; the message says what is wrong. */
    public static RecordingEvent read(byte[] bytes, int start, int length) {
        try {
            return parse(bytes, start, length);
        } catch (RunlogException invalid) {
            byte[] utf8 = Utf8Repair.repaired(bytes, start, length);
            byte[] numbers = utf8 == null
                    ? NumberRepair.repaired(bytes, start, length)
                    : NumberRepair.repaired(utf8, 0, utf8.length);
            byte[] repaired = numbers == null ? utf8 : numbers;
            if (repaired == null) {
                throw invalid;
            }
            return parse(repaired, 0, repaired.length);
        }
    }

    private static RecordingEvent parse(byte[] bytes, int start, int length) {
        try (JsonParser parser = JSON.createParser(bytes, start, length)) {
            return new EventReader(bytes, start, parser).read();
        } catch (JsonProcessingException malformed) {
            throw invalidJson(JsonReader.reason(malformed));
        } catch (IOException malformed) {
            throw invalidJson(String.valueOf(malformed.getMessage()));
        }
    }

    private static RunlogException invalidJson(String why) {
        return RunlogException.badInput("Invalid JSON: " + why);
    }

    private RecordingEvent read() throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            throw RunlogException.badInput("Invalid event (expected a JSON object).");
        }
        EventObject event = members();
        if (parser.nextToken() != null) {
            throw invalidJson("unexpected text after the object.");
        }
        event.requireExternalIdOfSource();
        String kind = event.text(EventMember.EVENT);
        return switch (kind == null ? "" : kind) {
            case "queued" ->
                new Queued(started(event.only(QUEUED), event.execution(EventMember.ID, EventMember.EXTERNAL_ID)));
            case "started" -> started(event.only(STARTED), event.execution(EventMember.ID, EventMember.EXTERNAL_ID));
            case "finished" -> finished(event.only(FINISHED), execution(event));
            case "execution" -> {
                ExecutionRef execution = execution(event.only(EXECUTION));
                yield new Completed(started(event, execution), finished(event, execution));
            }
            case "steps" ->
                new StepsRecorded(
                        execution(event.only(STEPS)), event.text(EventMember.OWNER), workflow(event), steps(event));
            case "heartbeat" ->
                new Heartbeat(execution(event.only(HEARTBEAT)), event.text(EventMember.OWNER), workflow(event));
            default ->
                throw RunlogException.badInput(
                        (kind == null ? "Missing `event`" : "Invalid `event`: " + SafeText.show(kind))
                                + " (expected queued, started, finished, execution, steps or heartbeat).");
        };
    }

    private static RunStarted started(EventObject event, @Nullable ExecutionRef execution) {
        WorkflowRef workflow = workflow(event);
        if (workflow == null) {
            throw RunlogException.badInput("Missing `workflow`.");
        }
        return RunStarted.builder(workflow)
                .execution(execution)
                .owner(event.text(EventMember.OWNER))
                .queuedAt(event.instant(EventMember.QUEUED_AT))
                .startedAt(event.instant(EventMember.STARTED_AT))
                .trigger(event.text(EventMember.TRIGGER))
                .attempt((Integer) event.value(EventMember.ATTEMPT))
                .parent(event.execution(EventMember.PARENT_ID, EventMember.PARENT_EXTERNAL_ID))
                .retryOf(event.execution(EventMember.RETRY_OF, EventMember.RETRY_OF_EXTERNAL_ID))
                .labels(event.labels())
                .payload(event.text(EventMember.PAYLOAD))
                .heartbeatTimeout(event.duration(EventMember.HEARTBEAT_TIMEOUT))
                .build();
    }

    private static RunFinished finished(EventObject event, ExecutionRef execution) {
        return RunFinished.builder(execution, event.constant(ExecutionStatus.class, EventMember.STATUS))
                .owner(event.text(EventMember.OWNER))
                .workflow(workflow(event))
                .startedAt(event.instant(EventMember.STARTED_AT))
                .finishedAt(event.instant(EventMember.FINISHED_AT))
                .parent(() -> event.execution(EventMember.PARENT_ID, EventMember.PARENT_EXTERNAL_ID))
                .retryOf(() -> event.execution(EventMember.RETRY_OF, EventMember.RETRY_OF_EXTERNAL_ID))
                .result(event.text(EventMember.RESULT))
                .error((ExecutionError) event.value(EventMember.ERROR))
                .build();
    }

    private static @Nullable WorkflowRef workflow(EventObject event) {
        return WorkflowRef.ofMembers(
                event.id(EventMember.WORKFLOW_ID),
                event.text(EventMember.WORKFLOW),
                event.text(EventMember.WORKFLOW_NAME));
    }

    private static List<StepEvent> steps(EventObject event) {
        List<StepEvent> steps = new ArrayList<>();
        if (!(event.value(EventMember.STEPS) instanceof List<?> all)) {
            throw RunlogException.badInput("Invalid `steps` (expected an array).");
        }
        for (Object one : all) {
            EventObject step = (EventObject) one;
            Integer index = (Integer) step.value(EventMember.INDEX);
            String name = step.text(EventMember.NAME);
            if (index == null || name == null) {
                throw RunlogException.badInput("Invalid step (expected `index` and `name`).");
            }
            steps.add(StepEvent.builder(index, name, step.constant(StepStatus.class, EventMember.STATUS))
                    .parentIndex((Integer) step.value(EventMember.PARENT_INDEX))
                    .attempt((Integer) step.value(EventMember.ATTEMPT))
                    .kind(step.text(EventMember.KIND))
                    .startedAt(step.instant(EventMember.STARTED_AT))
                    .finishedAt(step.instant(EventMember.FINISHED_AT))
                    .input(step.text(EventMember.INPUT))
                    .output(step.text(EventMember.OUTPUT))
                    .error((ExecutionError) step.value(EventMember.ERROR))
                    .build());
        }
        return steps;
    }

    private static ExecutionRef execution(EventObject event) {
        ExecutionRef execution = event.execution(EventMember.ID, EventMember.EXTERNAL_ID);
        if (execution == null) {
            throw RunlogException.badInput("Missing `id` or `externalId`.");
        }
        return execution;
    }

    /** Reads the members of an object. The parser must be at its start, and is at its end afterwards. */
    private EventObject members() throws IOException {
        EventObject members = new EventObject();
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            EventMember member = EventMember.find(key);
            if (member == null) {
                throw EventObject.unknown(key);
            }
            parser.nextToken();
            members.put(member, value(member));
        }
        return members;
    }

    private @Nullable Object value(EventMember member) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (member) {
            case PAYLOAD, RESULT, INPUT, OUTPUT, DETAILS -> json();
            case ERROR -> error();
            case ATTEMPT, INDEX, PARENT_INDEX -> integer(member);
            case LABELS -> labels();
            case STEPS -> steps();
            default -> text(member);
        };
    }

    /**
     * The error of an execution or step. Its shape never makes an event fail: text becomes the message, and anything else that is
     * not an error object is kept as details.
     */
    private ExecutionError error() throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> new ExecutionError(parser.getText(), null, null, null);
            case START_OBJECT -> errorObject();
            default -> new ExecutionError(null, null, null, json());
        };
    }

    private ExecutionError errorObject() throws IOException {
        int from = offset(parser.currentTokenLocation());
        Map<EventMember, String> members = new EnumMap<>(EventMember.class);
        boolean hasOtherMembers = false;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            EventMember member = EventMember.find(key);
            JsonToken token = parser.nextToken();
            if (member == EventMember.DETAILS && token != JsonToken.VALUE_NULL) {
                members.put(member, json());
            } else if (ERROR_TEXTS.contains(member) && token == JsonToken.VALUE_STRING) {
                members.put(member, parser.getText());
            } else if (token != JsonToken.VALUE_NULL) {
                hasOtherMembers = true;
                String json = json();
                if (ERROR_TEXTS.contains(member)) {
                    members.put(member, json);
                }
            }
        }
        return new ExecutionError(
                members.get(EventMember.MESSAGE),
                members.get(EventMember.TYPE),
                members.get(EventMember.STACK_TRACE),
                hasOtherMembers ? json(from, offset(parser.currentLocation())) : members.get(EventMember.DETAILS));
    }

    private List<EventObject> steps() throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw RunlogException.badInput("Invalid `steps` (expected an array).");
        }
        List<EventObject> steps = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw RunlogException.badInput("Invalid step (expected an object).");
            }
            steps.add(members().only(STEP));
        }
        return steps;
    }

    private Map<String, String> labels() throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw RunlogException.badInput("Invalid `labels` (expected an object of strings).");
        }
        Map<String, String> labels = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw RunlogException.badInput("Invalid label " + SafeText.quote(name) + " (expected a string).");
            }
            labels.put(name, parser.getText());
        }
        return labels;
    }

    private String text(EventMember member) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw RunlogException.badInput("Invalid `" + member.key() + "` (expected a string).");
        }
        return parser.getText();
    }

    private Integer integer(EventMember member) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() != JsonParser.NumberType.INT) {
            throw RunlogException.badInput("Invalid `" + member.key() + "` (expected a 32-bit integer).");
        }
        return parser.getIntValue();
    }

    /** The text of the value, from the start to the end that the parser finds. */
    private String json() throws IOException {
        int from = offset(parser.currentTokenLocation());
        JsonToken token = parser.currentToken();
        int to;
        if (token.isNumeric()) {
            to = from + parser.getTextLength();
        } else if (token.isBoolean()) {
            to = from + token.asString().length();
        } else {
            parser.skipChildren();
            parser.finishToken();
            to = offset(parser.currentLocation());
        }
        return json(from, to);
    }

    private int offset(JsonLocation location) {
        return start + Math.toIntExact(location.getByteOffset());
    }

    private String json(int from, int to) {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            requireUtf8(from, to);
        }
        return text;
    }

    private void requireUtf8(int from, int to) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
        } catch (CharacterCodingException malformed) {
            throw invalidJson("not UTF-8.");
        }
    }

    private static Set<EventMember> union(Set<EventMember> one, Set<EventMember> other) {
        Set<EventMember> both = EnumSet.copyOf(one);
        both.addAll(other);
        return both;
    }
}

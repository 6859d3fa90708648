package dev.runlog.gateway.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.Finished;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Started;
import dev.runlog.contract.recording.RecordingEvent.StepEvent;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.text.SafeText;
import dev.runlog.gateway.json.TimeFormats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line as an event, strictly: an unknown member is refused, as its content would be lost. Payload and result
 * are checked to be JSON, and passed on as the text that was received.
 */
final class EventReader {
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

    /** The members of events, steps and errors. */
    private enum Member {
        EVENT("event"),
        OWNER("owner"),
        WORKFLOW("workflow"),
        WORKFLOW_ID("workflowId"),
        ID("id"),
        STARTED_AT("startedAt"),
        TRIGGER("trigger"),
        ATTEMPT("attempt"),
        PARENT_ID("parentId"),
        LABELS("labels"),
        PAYLOAD("payload"),
        HEARTBEAT_TIMEOUT("heartbeatTimeout"),
        STATUS("status"),
        FINISHED_AT("finishedAt"),
        RESULT("result"),
        ERROR("error"),
        STEPS("steps"),
        INDEX("index"),
        NAME("name"),
        KIND("kind"),
        INPUT("input"),
        OUTPUT("output"),
        MESSAGE("message"),
        TYPE("type"),
        STACK_TRACE("stackTrace"),
        DETAILS("details");

        private static final Map<String, Member> BY_NAME = new LinkedHashMap<>();

        static {
            for (Member member : values()) {
                BY_NAME.put(member.name, member);
            }
        }

        private final String name;

        Member(String name) {
            this.name = name;
        }
    }

    private static final Set<Member> STARTED = EnumSet.of(
            Member.EVENT,
            Member.OWNER,
            Member.WORKFLOW,
            Member.WORKFLOW_ID,
            Member.ID,
            Member.STARTED_AT,
            Member.TRIGGER,
            Member.ATTEMPT,
            Member.PARENT_ID,
            Member.LABELS,
            Member.PAYLOAD,
            Member.HEARTBEAT_TIMEOUT);
    private static final Set<Member> FINISHED = EnumSet.of(
            Member.EVENT,
            Member.OWNER,
            Member.WORKFLOW,
            Member.WORKFLOW_ID,
            Member.ID,
            Member.STATUS,
            Member.FINISHED_AT,
            Member.RESULT,
            Member.ERROR);
    private static final Set<Member> EXECUTION = union(STARTED, FINISHED);
    private static final Set<Member> HEARTBEAT = EnumSet.of(Member.EVENT, Member.OWNER, Member.ID);
    private static final Set<Member> STEPS = union(HEARTBEAT, EnumSet.of(Member.STEPS));
    private static final Set<Member> STEP = EnumSet.of(
            Member.INDEX,
            Member.NAME,
            Member.KIND,
            Member.STATUS,
            Member.STARTED_AT,
            Member.FINISHED_AT,
            Member.INPUT,
            Member.OUTPUT,
            Member.ERROR);
    private static final Set<Member> ERROR =
            EnumSet.of(Member.MESSAGE, Member.TYPE, Member.STACK_TRACE, Member.DETAILS);

    private final byte[] bytes;
    private final int start;
    private final JsonParser parser;
    /** Within a step, an error is any JSON. */
    private boolean inStep;

    private EventReader(byte[] bytes, int start, JsonParser parser) {
        this.bytes = bytes;
        this.start = start;
        this.parser = parser;
    }

    /** Fails with {@code BAD_INPUT} for anything but a valid event; the message says what is wrong. */
    static RecordingEvent read(byte[] bytes, int start, int length) {
        try (JsonParser parser = JSON.createParser(bytes, start, length)) {
            return new EventReader(bytes, start, parser).read();
        } catch (JsonProcessingException malformed) {
            throw invalidJson(malformed.getOriginalMessage().replaceFirst(" \\(start marker at .*", "."));
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
        Members event = members();
        if (parser.nextToken() != null) {
            throw invalidJson("unexpected text after the object.");
        }
        String kind = event.text(Member.EVENT);
        return switch (kind == null ? "" : kind) {
            case "started" -> started(event.only(STARTED), event.id(Member.ID));
            case "finished" -> finished(event.only(FINISHED), id(event));
            case "execution" -> {
                UUID id = id(event.only(EXECUTION));
                yield new Completed(started(event, id), finished(event, id));
            }
            case "steps" -> new StepsRecorded(id(event.only(STEPS)), event.text(Member.OWNER), steps(event));
            case "heartbeat" -> new Heartbeat(id(event.only(HEARTBEAT)), event.text(Member.OWNER));
            default ->
                throw RunlogException.badInput(
                        (kind == null ? "Missing `event`" : "Invalid `event`: " + SafeText.show(kind))
                                + " (expected started, finished, execution, steps or heartbeat).");
        };
    }

    private static Started started(Members event, @Nullable UUID id) {
        WorkflowRef workflow = workflow(event);
        if (workflow == null) {
            throw RunlogException.badInput("Missing `workflow`.");
        }
        return new Started(
                id,
                event.text(Member.OWNER),
                workflow,
                event.instant(Member.STARTED_AT),
                event.text(Member.TRIGGER),
                (Integer) event.value(Member.ATTEMPT),
                event.id(Member.PARENT_ID),
                event.labels(),
                event.text(Member.PAYLOAD),
                event.duration(Member.HEARTBEAT_TIMEOUT));
    }

    private static Finished finished(Members event, UUID id) {
        return new Finished(
                id,
                event.text(Member.OWNER),
                workflow(event),
                event.constant(ExecutionStatus.class, Member.STATUS),
                event.instant(Member.FINISHED_AT),
                event.text(Member.RESULT),
                error(event));
    }

    private static @Nullable WorkflowRef workflow(Members event) {
        UUID id = event.id(Member.WORKFLOW_ID);
        String key = event.text(Member.WORKFLOW);
        return id == null && key == null ? null : new WorkflowRef(id, key);
    }

    private static @Nullable ExecutionError error(Members event) {
        Members error = (Members) event.value(Member.ERROR);
        return error == null
                ? null
                : new ExecutionError(
                        error.text(Member.MESSAGE),
                        error.text(Member.TYPE),
                        error.text(Member.STACK_TRACE),
                        error.text(Member.DETAILS));
    }

    private static List<StepEvent> steps(Members event) {
        List<StepEvent> steps = new ArrayList<>();
        if (!(event.value(Member.STEPS) instanceof List<?> all)) {
            throw RunlogException.badInput("Invalid `steps` (expected an array).");
        }
        for (Object one : all) {
            Members step = (Members) one;
            Integer index = (Integer) step.value(Member.INDEX);
            String name = step.text(Member.NAME);
            if (index == null || name == null) {
                throw RunlogException.badInput("Invalid step (expected `index` and `name`).");
            }
            steps.add(new StepEvent(
                    index,
                    name,
                    step.text(Member.KIND),
                    step.constant(StepStatus.class, Member.STATUS),
                    step.instant(Member.STARTED_AT),
                    step.instant(Member.FINISHED_AT),
                    step.text(Member.INPUT),
                    step.text(Member.OUTPUT),
                    step.text(Member.ERROR)));
        }
        return steps;
    }

    private static UUID id(Members event) {
        UUID id = event.id(Member.ID);
        if (id == null) {
            throw RunlogException.badInput("Missing `id`.");
        }
        return id;
    }

    /** The members of the object at whose start the parser is; afterwards it is at the end. */
    private Members members() throws IOException {
        Members members = new Members();
        for (String word = parser.nextFieldName(); word != null; word = parser.nextFieldName()) {
            Member member = Member.BY_NAME.get(word);
            if (member == null) {
                throw unknown(word);
            }
            parser.nextToken();
            members.put(member, value(member));
        }
        return members;
    }

    private @Nullable Object value(Member member) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (member) {
            case PAYLOAD, RESULT, INPUT, OUTPUT, DETAILS -> json();
            case ERROR -> inStep ? json() : error();
            case ATTEMPT, INDEX -> integer(member);
            case LABELS -> labels();
            case STEPS -> steps();
            default -> text(member);
        };
    }

    private Members error() throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw RunlogException.badInput("Invalid `error` (expected an object).");
        }
        return members().only(ERROR);
    }

    private List<Members> steps() throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw RunlogException.badInput("Invalid `steps` (expected an array).");
        }
        List<Members> steps = new ArrayList<>();
        inStep = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw RunlogException.badInput("Invalid step (expected an object).");
            }
            steps.add(members().only(STEP));
        }
        inStep = false;
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

    private String text(Member member) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw RunlogException.badInput("Invalid `" + member.name + "` (expected a string).");
        }
        return parser.getText();
    }

    private Integer integer(Member member) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() != JsonParser.NumberType.INT) {
            throw RunlogException.badInput("Invalid `" + member.name + "` (expected a 32-bit integer).");
        }
        return parser.getIntValue();
    }

    /** The text of the value, from the start to the end that the parser finds. */
    private String json() throws IOException {
        int from = start + Math.toIntExact(parser.currentTokenLocation().getByteOffset());
        JsonToken token = parser.currentToken();
        int to;
        if (token.isNumeric()) {
            to = from + parser.getTextLength();
        } else if (token.isBoolean()) {
            to = from + token.asString().length();
        } else {
            parser.skipChildren();
            parser.finishToken();
            to = start + Math.toIntExact(parser.currentLocation().getByteOffset());
        }
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

    private static RunlogException unknown(String word) {
        return RunlogException.badInput("Unknown member `" + SafeText.show(word) + "`.");
    }

    /** The members of one object; null counts as absent. */
    private static final class Members {
        private final Map<Member, @Nullable Object> values = new EnumMap<>(Member.class);

        void put(Member member, @Nullable Object value) {
            if (values.containsKey(member)) {
                throw RunlogException.badInput("Repeated member `" + member.name + "`.");
            }
            values.put(member, value);
        }

        Members only(Set<Member> allowed) {
            for (Member member : values.keySet()) {
                if (!allowed.contains(member)) {
                    throw unknown(member.name);
                }
            }
            return this;
        }

        @Nullable
        Object value(Member member) {
            return values.get(member);
        }

        @Nullable
        String text(Member member) {
            return (String) values.get(member);
        }

        @Nullable
        UUID id(Member member) {
            String text = text(member);
            return text == null ? null : Ids.parse(text);
        }

        @SuppressWarnings("unchecked") // Only labels() puts it.
        Map<String, String> labels() {
            Object labels = values.get(Member.LABELS);
            return labels == null ? Map.of() : (Map<String, String>) labels;
        }

        @Nullable
        Instant instant(Member member) {
            String text = text(member);
            try {
                return text == null ? null : TimeFormats.dateTime(text);
            } catch (DateTimeException malformed) {
                throw invalid(member, malformed);
            }
        }

        @Nullable
        Duration duration(Member member) {
            String text = text(member);
            try {
                return text == null ? null : TimeFormats.duration(text);
            } catch (DateTimeException malformed) {
                throw invalid(member, malformed);
            }
        }

        <C extends Enum<C>> C constant(Class<C> type, Member member) {
            String text = text(member);
            for (C constant : type.getEnumConstants()) {
                if (constant.name().equals(text)) {
                    return constant;
                }
            }
            throw RunlogException.badInput((text == null
                            ? "Missing `" + member.name + "`"
                            : "Invalid `" + member.name + "`: " + SafeText.show(text))
                    + " (expected one of " + Arrays.toString(type.getEnumConstants()) + ").");
        }
    }

    private static RunlogException invalid(Member member, DateTimeException malformed) {
        return RunlogException.badInput("Invalid `" + member.name + "`: " + malformed.getMessage() + ".");
    }

    private static Set<Member> union(Set<Member> one, Set<Member> other) {
        Set<Member> both = EnumSet.copyOf(one);
        both.addAll(other);
        return both;
    }
}

package dev.runlog.contract.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.RunlogException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The published JSON Schema and {@link EventReader} accept the same members in each kind of event. */
final class EventSchemaTest {
    private static final String ID = "01a20fca-051c-7647-86b1-f1dac849beef";

    /** A smallest event of each kind. */
    private static final Map<String, JsonObject> EVENTS = new LinkedHashMap<>();

    private static final Map<EventMember, Object> VALUES = new EnumMap<>(EventMember.class);

    static {
        EVENTS.put("queued", new JsonObject().put("workflow", "w"));
        EVENTS.put("started", new JsonObject().put("workflow", "w"));
        EVENTS.put("finished", new JsonObject().put("id", ID).put("status", "FAILED"));
        EVENTS.put(
                "execution", new JsonObject().put("id", ID).put("workflow", "w").put("status", "FAILED"));
        EVENTS.put("steps", new JsonObject().put("id", ID).put("steps", new JsonArray().add(step())));
        EVENTS.put("heartbeat", new JsonObject().put("id", ID));
        EVENTS.forEach((kind, event) -> event.put("event", kind));

        for (EventMember member : EventMember.values()) {
            VALUES.put(member, value(member));
        }
    }

    private final JsonObject schema = schema();
    private final Validator validator = Validator.create(
            JsonSchema.of(schema),
            new JsonSchemaOptions()
                    .setBaseUri("http://localhost/")
                    .setDraft(Draft.DRAFT202012)
                    .setOutputFormat(OutputFormat.Basic));

    @Test
    void describesExactlyTheMembersThatCanBeRead() {
        Set<String> described = new TreeSet<>(properties("error"));
        described.addAll(properties("step"));
        EVENTS.keySet().forEach(kind -> described.addAll(properties(kind)));

        assertThat(described)
                .isEqualTo(Arrays.stream(EventMember.values())
                        .map(EventMember::key)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void acceptsTheSmallestEventOfEachKind() {
        assertThat(EVENTS.values()).allSatisfy(event -> {
            assertThat(refusal(event)).as(event.encode()).isNull();
            assertThat(isValid(event)).as(event.encode()).isTrue();
        });
    }

    @Test
    void agreesWithTheReaderOnEachMemberOfEachKind() {
        EVENTS.forEach((kind, event) -> {
            for (EventMember member : EventMember.values()) {
                JsonObject changed = event.copy();
                if (!event.containsKey(member.key())) {
                    changed.put(member.key(), VALUES.get(member));
                }
                requireAgreement(changed, kind, member);
            }
        });
    }

    @Test
    void agreesWithTheReaderOnEachMemberOfAStep() {
        for (EventMember member : EventMember.values()) {
            JsonObject step = step();
            if (!step.containsKey(member.key())) {
                step.put(member.key(), VALUES.get(member));
            }
            requireAgreement(EVENTS.get("steps").copy().put("steps", new JsonArray().add(step)), "step", member);
        }
    }

    @Test
    void takesNullAsAbsentLikeTheReader() {
        EVENTS.forEach((kind, event) -> {
            for (EventMember member : EventMember.values()) {
                requireAgreement(event.copy().putNull(member.key()), kind, member);
            }
        });
    }

    @Test
    void refusesUnknownMembersLikeTheReader() {
        assertThat(EVENTS.values()).allSatisfy(event -> requireSame(event.copy().put("unknown", 1), false));
        requireSame(EVENTS.get("steps").copy().put("steps", new JsonArray().add(step().put("unknown", 1))), false);
        requireSame(new JsonObject().put("event", "unknown").put("id", ID), false);
        requireSame(new JsonObject().put("id", ID), false);
    }

    @Test
    void agreesWithTheReaderOnMembersThatDependOnEachOther() {
        JsonObject heartbeat = EVENTS.get("heartbeat");
        JsonObject started = EVENTS.get("started");
        requireSame(new JsonObject().put("event", "heartbeat"), false);
        requireSame(new JsonObject().put("event", "started"), false);
        requireSame(heartbeat.copy().put("externalId", "a"), false);
        requireSame(heartbeat.copy().putNull("id").put("externalId", "a").put("source", "s"), true);
        requireSame(heartbeat.copy().put("source", "s"), false);
        requireSame(heartbeat.copy().put("workflowName", "n"), false);
        requireSame(heartbeat.copy().put("workflow", "w").put("workflowName", "n"), true);
        requireSame(heartbeat.copy().put("workflow", "w").put("workflowId", ID), false);
        requireSame(started.copy().put("source", "s"), false);
        requireSame(started.copy().put("source", "s").put("parentExternalId", "p"), true);
        requireSame(started.copy().put("source", "s").put("retryOfExternalId", "r"), true);
        requireSame(started.copy().put("parentId", ID).put("parentExternalId", "p"), false);
        requireSame(started.copy().put("retryOf", ID).put("retryOfExternalId", "r"), false);
        requireSame(EVENTS.get("execution").copy().putNull("id"), false);
    }

    @Test
    void acceptsAnErrorOfAnyShapeLikeTheReader() {
        JsonObject finished = EVENTS.get("finished");
        requireSame(finished.copy().put("error", "boom"), true);
        requireSame(finished.copy().put("error", 7), true);
        requireSame(finished.copy().put("error", new JsonArray().add(1)), true);
        requireSame(
                finished.copy().put("error", new JsonObject().put("message", 7).put("unknown", 1)), true);
    }

    /** Both accept the event or both refuse it, and both know the member or neither. */
    private void requireAgreement(JsonObject event, String definition, EventMember member) {
        String refusal = refusal(event);
        boolean isKnown = refusal == null || !refusal.startsWith("Unknown member");

        assertThat(isValid(event)).as(event.encode() + " " + refusal).isEqualTo(refusal == null);
        assertThat(properties(definition).contains(member.key()))
                .as("%s in %s: %s", member.key(), definition, refusal)
                .isEqualTo(isKnown);
    }

    private void requireSame(JsonObject event, boolean isAccepted) {
        String refusal = refusal(event);
        assertThat(refusal == null).as(event.encode() + " " + refusal).isEqualTo(isAccepted);
        assertThat(isValid(event)).as(event.encode()).isEqualTo(isAccepted);
    }

    private boolean isValid(JsonObject event) {
        return Objects.requireNonNull(validator.validate(event).getValid());
    }

    private static @Nullable String refusal(JsonObject event) {
        byte[] line = event.encode().getBytes(StandardCharsets.UTF_8);
        try {
            EventReader.read(line, 0, line.length);
            return null;
        } catch (RunlogException refusal) {
            return refusal.getMessage();
        }
    }

    private Set<String> properties(String definition) {
        return schema.getJsonObject("$defs")
                .getJsonObject(definition)
                .getJsonObject("properties")
                .fieldNames();
    }

    private static JsonObject step() {
        return new JsonObject().put("index", 0).put("name", "n").put("status", "FAILED");
    }

    private static Object value(EventMember member) {
        return switch (member) {
            case ID, WORKFLOW_ID, PARENT_ID, RETRY_OF -> ID;
            case QUEUED_AT, STARTED_AT, FINISHED_AT -> "2026-11-24T04:26:10.123Z";
            case HEARTBEAT_TIMEOUT -> "PT1M";
            case STATUS -> "FAILED";
            case STEPS -> new JsonArray().add(step());
            case LABELS, ERROR -> new JsonObject();
            case ATTEMPT, INDEX, PARENT_INDEX -> 1;
            default -> "text";
        };
    }

    private static JsonObject schema() {
        try (InputStream resource = EventSchemaTest.class.getResourceAsStream("/event.schema.json")) {
            return new JsonObject(new String(Objects.requireNonNull(resource).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.text.SafeText;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.schema.GivenDuration;
import dev.runlog.gateway.json.JsonWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The arguments of a field, or the members of an input object, as domain types. */
public record Arguments(Map<String, @Nullable Object> values) {
    /** The members to which {@code source} applies. */
    private static final List<String> EXTERNAL_IDS = List.of("externalId", "parentExternalId", "retryOfExternalId");

    @SuppressWarnings("unchecked") // Coerced by the schema: an input object is a map with string keys.
    @Nullable
    Arguments objectOrNull(String name) {
        Object value = values.get(name);
        return value == null ? null : new Arguments((Map<String, @Nullable Object>) value);
    }

    Arguments input() {
        return Objects.requireNonNull(objectOrNull("input"));
    }

    @SuppressWarnings("unchecked") // Coerced by the schema.
    List<Arguments> objects(String name) {
        Collection<Map<String, @Nullable Object>> list =
                (Collection<Map<String, @Nullable Object>>) Objects.requireNonNull(values.get(name));
        return list.stream().map(Arguments::new).toList();
    }

    /** Text for a search or a name. Fails with {@code BAD_INPUT} if PostgreSQL cannot store it. */
    @Nullable
    String stringOrNull(String name) {
        String text = recordedText(name);
        if (text != null) {
            requireStorable(name, text);
        }
        return text;
    }

    /** Text that recording checks by its own rules. */
    @Nullable
    String recordedText(String name) {
        return (String) values.get(name);
    }

    private static void requireStorable(String name, String text) {
        int at = SafeText.indexOfUnstorable(text, 0);
        if (at >= 0) {
            throw RunlogException.badInput("Invalid `" + name + "`: "
                    + (text.charAt(at) == 0 ? "NUL" : "lone surrogate") + " at position " + at + ".");
        }
    }

    String string(String name) {
        return Objects.requireNonNull(stringOrNull(name));
    }

    @Nullable
    Integer integerOrNull(String name) {
        return (Integer) values.get(name);
    }

    @Nullable
    Boolean booleanOrNull(String name) {
        return (Boolean) values.get(name);
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    @Nullable
    Instant instantOrNull(String name) {
        return (Instant) values.get(name);
    }

    @Nullable
    Duration durationOrNull(String name) {
        GivenDuration given = givenDurationOrNull(name);
        return given == null ? null : given.value();
    }

    @Nullable
    GivenDuration givenDurationOrNull(String name) {
        return (GivenDuration) values.get(name);
    }

    UUID id(String name) {
        return Ids.parse(string(name), name);
    }

    @Nullable
    UUID idOrNull(String name) {
        String text = recordedText(name);
        return text == null ? null : Ids.parse(text, name);
    }

    /** The ID of any node: a {@link StepId}, or a UUID. */
    Object nodeId(String name) {
        return nodeIdOf(string(name), name);
    }

    List<Object> nodeIds(String name) {
        return ((Collection<?>) Objects.requireNonNull(values.get(name)))
                .stream().map(id -> nodeIdOf((String) id, name)).toList();
    }

    private static Object nodeIdOf(String text, String name) {
        return StepId.isStepId(text) ? StepId.parse(text) : Ids.parse(text, name);
    }

    /** The value as JSON text; null if it is absent or null. */
    @Nullable
    String jsonOrNull(String name) {
        Object value = values.get(name);
        return value == null ? null : JsonWriter.toText(value);
    }

    Map<String, String> labels(String name) {
        Object value = values.get(name);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> object)) {
            throw RunlogException.badInput("Invalid `" + name + "` (expected an object of strings).");
        }
        Map<String, String> labels = new LinkedHashMap<>();
        object.forEach((key, label) -> {
            if (!(label instanceof String text)) {
                throw RunlogException.badInput(
                        "Invalid label " + SafeText.quote((String) key) + " (expected a string).");
            }
            labels.put((String) key, text);
        });
        return labels;
    }

    /** Labels for a search. */
    List<LabelCondition> labelsOfFilter() {
        List<LabelCondition> conditions = new ArrayList<>();
        labels("labels").forEach((key, value) -> {
            requireStorable("labels", key);
            requireStorable("labels", value);
            conditions.add(LabelCondition.is(key, value));
        });
        return conditions;
    }

    /** Text for a search; null if it is empty, which filters nothing. */
    @Nullable
    String searchOrNull(String name) {
        String text = stringOrNull(name);
        return text == null || text.isEmpty() ? null : text;
    }

    Set<ExecutionStatus> statuses(String name) {
        Set<ExecutionStatus> statuses = EnumSet.noneOf(ExecutionStatus.class);
        if (values.get(name) instanceof Collection<?> words) {
            words.forEach(word -> statuses.add(ExecutionStatus.valueOf((String) word)));
        }
        return statuses;
    }

    /** Statuses to delete. Fails with {@code BAD_INPUT} for an empty list, which would mean all of them. */
    Set<ExecutionStatus> statusesToDelete(String name) {
        if (values.get(name) instanceof Collection<?> words && words.isEmpty()) {
            throw RunlogException.badInput(
                    "Invalid `" + name + "`: [] (expected at least one status; leave it out for all).");
        }
        return statuses(name);
    }

    /** The workflow given by {@code workflowId} or {@code workflowKey}; null if neither is given. */
    @Nullable
    WorkflowRef workflowOrNull() {
        return WorkflowRef.ofMembers(idOrNull("workflowId"), stringOrNull("workflowKey"), stringOrNull("workflowName"));
    }

    WorkflowRef workflow() {
        return new WorkflowRef(idOrNull("workflowId"), stringOrNull("workflowKey"), stringOrNull("workflowName"));
    }

    /** The query given by {@code workflowId}, {@code status}, {@code filter} and {@code orderBy}; all are optional. */
    ExecutionQuery executionQuery(GatewayConfig.Graphql config) {
        return new FilterArguments(config.filterValuesMax()).query(this);
    }

    /** The execution given by {@code executionId} or {@code externalId}. */
    ExecutionRef execution() {
        ExecutionRef execution = executionOrNull("executionId", "externalId");
        if (execution == null) {
            throw RunlogException.badInput("Missing `executionId` or `externalId`.");
        }
        return execution;
    }

    /** The execution given by one of two members; null if neither is given. */
    @Nullable
    ExecutionRef executionOrNull(String id, String externalId) {
        return ExecutionRef.ofMembers(
                recordedText(id), recordedText(externalId), recordedText("source"), id, externalId);
    }

    /** An external ID for a search; null if it is not given. */
    @Nullable
    ExternalId externalIdOrNull() {
        requireExternalIdOfSource();
        String id = recordedText("externalId");
        String source = stringOrNull("source");
        if (id == null) {
            return null;
        }
        ExternalId.requireId(id, "externalId");
        if (source != null && source.isEmpty()) {
            throw RunlogException.badInput("Invalid `source`: empty.");
        }
        return new ExternalId(source, id);
    }

    /** Fails if a source is given without an external ID. */
    Arguments requireExternalIdOfSource() {
        String source = recordedText("source");
        if (source != null && EXTERNAL_IDS.stream().noneMatch(name -> values.get(name) != null)) {
            throw ExecutionRef.sourceWithoutExternalId(source);
        }
        return this;
    }

    PageRequest page(Cursor.Order order, GatewayConfig.Graphql config) {
        return PageRequest.of(
                integerOrNull("first"),
                stringOrNull("after"),
                integerOrNull("last"),
                stringOrNull("before"),
                order,
                config.pageSizeDefault(),
                config.pageSizeMax());
    }
}

package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.gateway.GatewayConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The arguments of a field, or the members of its input, as the domain's types. */
public record Arguments(Map<String, @Nullable Object> values) {
    private static final Pattern UUID_FORM =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

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

    /** A text to look for or to name something by; fails with {@code BAD_INPUT} where PostgreSQL has no such text. */
    @Nullable
    String stringOrNull(String name) {
        String text = recordedText(name);
        if (text != null) {
            requireStorable(name, text);
        }
        return text;
    }

    /** A text that recording checks by its own rules. */
    @Nullable
    String recordedText(String name) {
        return (String) values.get(name);
    }

    private static void requireStorable(String name, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                throw RunlogException.badInput("Invalid `" + name + "`: it has "
                        + (c == 0 ? "a NUL character" : "half of a surrogate pair") + " at position " + i + ".");
            }
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
        return (Duration) values.get(name);
    }

    UUID id(String name) {
        return toId(string(name));
    }

    @Nullable
    UUID idOrNull(String name) {
        String text = recordedText(name);
        return text == null ? null : toId(text);
    }

    List<UUID> ids(String name) {
        return ((Collection<?>) Objects.requireNonNull(values.get(name)))
                .stream().map(id -> toId((String) id)).toList();
    }

    /** Fails with {@code BAD_INPUT} for anything but the 36 characters of a UUID. */
    public static UUID toId(String text) {
        if (!isId(text)) {
            throw RunlogException.badInput(ScalarFormats.quoted(text) + " is not a valid ID (expected a UUID).");
        }
        return UUID.fromString(text);
    }

    /** Whether a text is the 36 characters of a UUID. */
    public static boolean isId(String text) {
        return UUID_FORM.matcher(text).matches();
    }

    /** The value as JSON text; null where it is absent or null. */
    @Nullable
    String jsonOrNull(String name) {
        Object value = values.get(name);
        return value == null ? null : ResponseWriter.toText(value);
    }

    Map<String, String> labels(String name) {
        Object value = values.get(name);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> object)) {
            throw RunlogException.badInput("'" + name + "' must be an object of strings.");
        }
        Map<String, String> labels = new LinkedHashMap<>();
        object.forEach((key, label) -> {
            if (!(label instanceof String text)) {
                throw RunlogException.badInput(
                        "The label " + ScalarFormats.quoted((String) key) + " must be a string.");
            }
            labels.put((String) key, text);
        });
        return labels;
    }

    /** Labels to look for. */
    private Map<String, String> labelsOfFilter() {
        Map<String, String> labels = labels("labels");
        labels.forEach((key, value) -> {
            requireStorable("labels", key);
            requireStorable("labels", value);
        });
        return labels;
    }

    /** A text to look for; one that is empty filters nothing. */
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

    /** Statuses of what is to be deleted. Fails with {@code BAD_INPUT} for an empty list, which would mean all of them. */
    Set<ExecutionStatus> statusesToDelete(String name) {
        if (values.get(name) instanceof Collection<?> words && words.isEmpty()) {
            throw RunlogException.badInput(
                    "Invalid `" + name + "`: [] (expected at least one status; leave it out for all).");
        }
        return statuses(name);
    }

    /** The workflow of {@code workflowId} or {@code workflowKey}, of which one at the most is given. */
    @Nullable
    WorkflowRef workflowOrNull() {
        UUID id = idOrNull("workflowId");
        String key = stringOrNull("workflowKey");
        return id == null && key == null ? null : new WorkflowRef(id, key);
    }

    WorkflowRef workflow() {
        return new WorkflowRef(idOrNull("workflowId"), stringOrNull("workflowKey"));
    }

    /** The query of {@code workflowId}, {@code status}, {@code filter} and {@code orderBy}, as far as they are given. */
    ExecutionQuery executionQuery() {
        Arguments filter = values.get("filter") == null ? new Arguments(Map.of()) : objectOrNull("filter");
        String order = stringOrNull("orderBy");
        Objects.requireNonNull(filter);
        return new ExecutionQuery(
                idOrNull("workflowId"),
                statuses("status"),
                filter.instantOrNull("startedAfter"),
                filter.instantOrNull("startedBefore"),
                new RowFilter(
                        filter.durationOrNull("minDuration"),
                        filter.durationOrNull("maxDuration"),
                        filter.stringOrNull("trigger"),
                        filter.labelsOfFilter(),
                        filter.searchOrNull("errorContains"),
                        filter.idOrNull("parentId"),
                        filter.booleanOrNull("held")),
                order == null ? ExecutionOrder.STARTED_AT_DESC : ExecutionOrder.valueOf(order));
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

package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.contract.text.SafeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the arguments that select executions. */
final class FilterArguments {
    /** PostgreSQL plans each of them for every day. */
    private static final int LABELS_WITH_SEVERAL_VALUES_MAX = 10;

    private static final int SEARCH_CHARS_MAX = 200;

    /** Maximum number of values in each list. */
    private final int valuesMax;

    FilterArguments(int valuesMax) {
        this.valuesMax = valuesMax;
    }

    /**
     * The query given by {@code workflowId}, {@code status}, {@code filter} and {@code orderBy}; all are optional. The
     * first two must hold in addition to the filter.
     */
    ExecutionQuery query(Arguments arguments) {
        String order = arguments.stringOrNull("orderBy");
        ExecutionQuery all =
                order == null ? ExecutionQuery.all() : ExecutionQuery.all().inOrder(ExecutionOrder.valueOf(order));
        Arguments filter = arguments.objectOrNull("filter");
        Set<ExecutionStatus> statuses = arguments.statuses("status");
        UUID workflowId = arguments.idOrNull("workflowId");
        ExecutionQuery query = filter == null ? all : filtered(all, filter);
        if (workflowId != null) {
            query = both(query, query.workflowIds(), Set.of(workflowId), ExecutionQuery::ofWorkflows);
        }
        return statuses.isEmpty() ? query : both(query, query.statuses(), statuses, ExecutionQuery::withStatuses);
    }

    private ExecutionQuery filtered(ExecutionQuery all, Arguments filter) {
        ExecutionQuery query = conditions(all, filter);
        Set<String> triggers = strings(filter, "triggers");
        String trigger = filter.stringOrNull("trigger");
        if (trigger != null) {
            query = both(query, triggers, Set.of(trigger), FilterArguments::withTriggers);
        } else {
            query = withTriggers(query, triggers);
        }
        Arguments not = filter.objectOrNull("not");
        return not == null ? query : without(query, not);
    }

    /** Removes what matches any condition of {@code not}. */
    private ExecutionQuery without(ExecutionQuery query, Arguments arguments) {
        if (arguments.values().get("not") != null) {
            throw RunlogException.badInput("Invalid `not`: it cannot be nested.");
        }
        Set<String> triggers = new HashSet<>(strings(arguments, "triggers"));
        String trigger = arguments.stringOrNull("trigger");
        if (trigger != null) {
            triggers.add(trigger);
        }
        ExecutionQuery not = withTriggers(conditions(ExecutionQuery.all(), arguments), triggers);
        // Indexes can serve the opposite of these conditions, but not their negation.
        Set<ExecutionStatus> statuses = EnumSet.copyOf(query.statusesOrAll());
        statuses.removeAll(not.statuses());
        ExecutionQuery rest = query.withStatuses(statuses);
        if (not.startedBefore() == null) {
            rest = rest.startedWithin(rest.startedAfter(), earlier(rest.startedBefore(), not.startedAfter()));
            not = not.startedWithin(null, null);
        } else if (not.startedAfter() == null) {
            rest = rest.startedWithin(later(rest.startedAfter(), not.startedBefore()), rest.startedBefore());
            not = not.startedWithin(null, null);
        }
        not = not.withoutStatuses();
        rest = rest.butNot(not.equals(ExecutionQuery.all()) ? null : not);
        return statuses.isEmpty() ? rest.nothing() : rest;
    }

    /** The conditions of a filter, except those on triggers and {@code not}. */
    private ExecutionQuery conditions(ExecutionQuery all, Arguments filter) {
        return all.ofWorkflows(strings(filter, "workflowIds").stream()
                        .map(id -> Ids.parse(id, "workflowIds"))
                        .collect(Collectors.toSet()))
                .withStatuses(filter.statuses("statuses"))
                .startedWithin(filter.instantOrNull("startedAfter"), filter.instantOrNull("startedBefore"))
                .filteredBy(RowFilter.builder()
                        .finishedWithin(filter.instantOrNull("finishedAfter"), filter.instantOrNull("finishedBefore"))
                        .durationWithin(filter.durationOrNull("minDuration"), filter.durationOrNull("maxDuration"))
                        .labels(labels(filter))
                        .errorContains(filter.searchOrNull("errorContains"))
                        .errorFingerprints(strings(filter, "errorFingerprints"))
                        .parentId(filter.idOrNull("parentId"))
                        .retryOf(filter.idOrNull("retryOf"))
                        .held(filter.booleanOrNull("held"))
                        .rootsOnly(filter.flag("rootsOnly"))
                        .retriesOnly(filter.flag("retriesOnly"))
                        .latestAttemptsOnly(filter.flag("latestAttemptsOnly"))
                        .externalId(filter.externalIdOrNull())
                        .search(search(filter))
                        .build());
    }

    private static ExecutionQuery withTriggers(ExecutionQuery query, Set<String> triggers) {
        return query.filteredBy(query.filter().toBuilder().triggers(triggers).build());
    }

    private List<LabelCondition> labels(Arguments filter) {
        List<LabelCondition> conditions = new ArrayList<>(filter.labelsOfFilter());
        if (filter.values().get("labelConditions") != null) {
            filter.objects("labelConditions").forEach(condition -> conditions.add(label(condition)));
        }
        requireFew("labelConditions", conditions);
        long withSeveral = conditions.stream()
                .filter(condition -> condition.values().size() > 1)
                .count();
        if (withSeveral > LABELS_WITH_SEVERAL_VALUES_MAX) {
            throw RunlogException.badInput("Invalid `labelConditions`: " + withSeveral
                    + " have several values (expected at most " + LABELS_WITH_SEVERAL_VALUES_MAX + ").");
        }
        return conditions;
    }

    private LabelCondition label(Arguments condition) {
        String key = condition.string("key");
        Set<String> values = strings(condition, "values");
        boolean present = !Boolean.FALSE.equals(condition.booleanOrNull("present"));
        if (!present && !values.isEmpty()) {
            throw RunlogException.badInput("Invalid `labelConditions`: " + SafeText.quote(key)
                    + " has `values`, and `present` is false (expected one of them).");
        }
        return new LabelCondition(key, values, present);
    }

    private static @Nullable String search(Arguments filter) {
        String text = filter.searchOrNull("search");
        int chars = text == null ? 0 : text.codePointCount(0, text.length());
        if (chars > SEARCH_CHARS_MAX) {
            throw RunlogException.badInput(
                    "Invalid `search`: " + chars + " characters (at most " + SEARCH_CHARS_MAX + ").");
        }
        return text;
    }

    /** The values of a list; empty if it is absent. */
    private Set<String> strings(Arguments arguments, String name) {
        if (!(arguments.values().get(name) instanceof Collection<?> values)) {
            return Set.of();
        }
        requireFew(name, values);
        Set<String> texts = new HashSet<>();
        for (Object value : values) {
            texts.add(Objects.requireNonNull(new Arguments(Map.of(name, value)).stringOrNull(name)));
        }
        return texts;
    }

    private void requireFew(String name, Collection<?> values) {
        if (values.size() > valuesMax) {
            throw RunlogException.badInput(
                    "Invalid `" + name + "`: " + values.size() + " values (at most " + valuesMax + ").");
        }
    }

    /** Applies two sets of values of which an execution must match both; an empty one matches everything. */
    private static <T> ExecutionQuery both(
            ExecutionQuery query, Set<T> one, Set<T> other, BiFunction<ExecutionQuery, Set<T>, ExecutionQuery> apply) {
        if (one.isEmpty()) {
            return apply.apply(query, other);
        }
        Set<T> common = new HashSet<>(one);
        common.retainAll(other);
        return common.isEmpty() ? query.nothing() : apply.apply(query, common);
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other != null && other.isBefore(one) ? other : one;
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other != null && other.isAfter(one) ? other : one;
    }
}

package dev.runlog.gateway.live;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.querying.RowFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Decides from one execution whether it matches a query, as SQL does for lists. */
final class ExecutionMatch {
    /** When a condition may begin or cease to hold. */
    private enum Change {
        /** Never, or only while events of one execution arrive out of order. */
        NEVER,
        /** When the execution finishes; before, the condition does not hold. */
        AT_FINISH,
        ANY_TIME
    }

    private record Condition(Change change, Predicate<Execution> holds) {
        /** Whether it may have held while the execution, now in another state, had a status. */
        boolean mayHaveHeld(Execution now, ExecutionStatus then) {
            return switch (change) {
                case NEVER -> holds.test(now);
                case AT_FINISH -> !then.isOpen();
                case ANY_TIME -> true;
            };
        }

        boolean mayHaveFailed(Execution now) {
            return change != Change.NEVER || !holds.test(now);
        }
    }

    private final Set<ExecutionStatus> statuses;
    private final Set<ExecutionStatus> unwantedStatuses;
    private final List<Condition> wanted;
    private final List<Condition> unwanted;

    private ExecutionMatch(
            Set<ExecutionStatus> statuses,
            Set<ExecutionStatus> unwantedStatuses,
            List<Condition> wanted,
            List<Condition> unwanted) {
        this.statuses = statuses;
        this.unwantedStatuses = unwantedStatuses;
        this.wanted = wanted;
        this.unwanted = unwanted;
    }

    /** Fails with {@code BAD_INPUT} if one of the conditions cannot be decided from the execution alone. */
    static ExecutionMatch of(ExecutionQuery query) {
        ExecutionQuery not = query.not();
        return new ExecutionMatch(
                query.statuses(),
                not == null ? Set.of() : not.statuses(),
                conditions(query),
                not == null ? List.of() : conditions(not));
    }

    boolean matches(Execution execution) {
        return covers(execution.status()) && holdsFor(execution);
    }

    /**
     * Whether an execution matched before a change.
     *
     * @param before its status before
     * @param earlier its state before; null if it is unknown. Then this returns true if it may have matched, because a
     *     subscriber must be notified of each execution that no longer matches
     */
    boolean mayHaveMatched(@Nullable ExecutionStatus before, @Nullable Execution earlier, Execution now) {
        if (before == null || !covers(before)) {
            return false;
        }
        if (earlier != null) {
            return holdsFor(earlier);
        }
        for (Condition condition : wanted) {
            if (!condition.mayHaveHeld(now, before)) {
                return false;
            }
        }
        for (Condition condition : unwanted) {
            if (!condition.mayHaveFailed(now)) {
                return false;
            }
        }
        return true;
    }

    private boolean covers(ExecutionStatus status) {
        return (statuses.isEmpty() || statuses.contains(status)) && !unwantedStatuses.contains(status);
    }

    private boolean holdsFor(Execution execution) {
        for (Condition condition : wanted) {
            if (!condition.holds.test(execution)) {
                return false;
            }
        }
        for (Condition condition : unwanted) {
            if (condition.holds.test(execution)) {
                return false;
            }
        }
        return true;
    }

    /** All conditions except the one on statuses. */
    private static List<Condition> conditions(ExecutionQuery query) {
        List<Condition> conditions = new ArrayList<>();
        RowFilter filter = query.filter();
        if (filter.search() != null) {
            throw undecidable("search");
        }
        if (filter.latestAttemptsOnly()) {
            throw undecidable("latestAttemptsOnly");
        }
        add(conditions, !query.workflowIds().isEmpty(), e -> query.workflowIds().contains(e.workflowId()));
        addTime(conditions, Change.NEVER, query.startedAfter(), query.startedBefore(), e -> Ids.timeOf(e.id()));
        add(
                conditions,
                !filter.triggers().isEmpty(),
                e -> e.trigger() != null && filter.triggers().contains(e.trigger()));
        for (LabelCondition label : filter.labels()) {
            add(conditions, true, e -> holds(label, e));
        }
        add(conditions, filter.parentId() != null, e -> equal(filter.parentId(), e.parentId()));
        add(conditions, filter.retryOf() != null, e -> equal(filter.retryOf(), e.retryOf()));
        add(conditions, filter.rootsOnly(), e -> e.parentId() == null);
        add(conditions, filter.retriesOnly(), e -> e.retryOf() != null);
        add(conditions, filter.externalId() != null, e -> equal(filter.externalId(), e.externalId()));
        addTime(conditions, Change.AT_FINISH, filter.finishedAfter(), filter.finishedBefore(), Execution::finishedAt);
        addDuration(conditions, filter.minDuration(), filter.maxDuration());
        addError(conditions, filter);
        Boolean held = filter.held();
        if (held != null) {
            conditions.add(new Condition(Change.ANY_TIME, e -> e.held() == held));
        }
        return List.copyOf(conditions);
    }

    private static void add(List<Condition> conditions, boolean given, Predicate<Execution> holds) {
        if (given) {
            conditions.add(new Condition(Change.NEVER, holds));
        }
    }

    /** Both bounds are one condition: an execution outside of the range does not match it. */
    private static void addTime(
            List<Condition> conditions,
            Change change,
            @Nullable Instant after,
            @Nullable Instant before,
            Function<Execution, @Nullable Instant> timeOf) {
        if (after != null || before != null) {
            conditions.add(new Condition(change, e -> {
                Instant time = timeOf.apply(e);
                return time != null
                        && (after == null || !time.isBefore(after))
                        && (before == null || time.isBefore(before));
            }));
        }
    }

    private static void addDuration(List<Condition> conditions, @Nullable Duration min, @Nullable Duration max) {
        if (min != null || max != null) {
            conditions.add(new Condition(Change.AT_FINISH, e -> {
                Duration duration = e.duration();
                return duration != null
                        && (min == null || duration.compareTo(min) >= 0)
                        && (max == null || duration.compareTo(max) <= 0);
            }));
        }
    }

    private static void addError(List<Condition> conditions, RowFilter filter) {
        String part = filter.errorContains();
        if (part != null) {
            String folded = fold(part);
            conditions.add(new Condition(
                    Change.AT_FINISH,
                    e -> e.errorMessage() != null && fold(e.errorMessage()).contains(folded)
                            || e.errorType() != null && fold(e.errorType()).contains(folded)));
        }
        if (!filter.errorFingerprints().isEmpty()) {
            conditions.add(new Condition(
                    Change.AT_FINISH,
                    e -> e.errorFingerprint() != null
                            && filter.errorFingerprints().contains(e.errorFingerprint())));
        }
    }

    private static boolean holds(LabelCondition condition, Execution execution) {
        String value = execution.labels().get(condition.key());
        return condition.present()
                ? value != null
                        && (condition.values().isEmpty() || condition.values().contains(value))
                : value == null;
    }

    private static boolean equal(@Nullable Object wanted, @Nullable Object found) {
        return found != null && found.equals(wanted);
    }

    /** Upper case, as the SQL function {@code fold}. */
    private static String fold(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    private static RunlogException undecidable(String condition) {
        return RunlogException.badInput("Invalid `filter`: `" + condition + "` cannot be decided from one execution.");
    }
}

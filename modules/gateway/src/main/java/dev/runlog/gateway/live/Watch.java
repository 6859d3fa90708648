package dev.runlog.gateway.live;

import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.gateway.json.JsonWriter;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription watches.
 *
 * @param owner owner of the executions
 * @param executionId only this execution; null for all
 * @param query only executions while they match it
 */
record Watch(Type type, String owner, @Nullable UUID executionId, ExecutionQuery query) {

    /** The subscription field that it serves. */
    enum Type {
        RUNNING(true),
        CHANGES(false),
        EXECUTION(true);

        private final boolean snapshot;

        Type(boolean snapshot) {
            this.snapshot = snapshot;
        }
    }

    /** The only workflow; null for none or several. */
    @Nullable
    UUID workflowId() {
        return query.workflowId();
    }

    /** A text that is equal for equal watches. Cursors, and events that subscribers share, are bound to it. */
    String identity() {
        ExecutionQuery not = query.not();
        return JsonWriter.toText(
                Arrays.asList(type.name(), owner, text(executionId), parts(query), not == null ? null : parts(not)));
    }

    /** All conditions, except those that {@link ExecutionMatch} refuses. */
    private static List<@Nullable Object> parts(ExecutionQuery query) {
        RowFilter filter = query.filter();
        ExternalId external = filter.externalId();
        return Arrays.asList(
                sorted(query.workflowIds()),
                sorted(query.statuses()),
                text(query.startedAfter()),
                text(query.startedBefore()),
                text(filter.finishedAfter()),
                text(filter.finishedBefore()),
                text(filter.minDuration()),
                text(filter.maxDuration()),
                sorted(filter.triggers()),
                filter.labels().stream().map(Watch::parts).toList(),
                filter.errorContains(),
                sorted(filter.errorFingerprints()),
                text(filter.parentId()),
                text(filter.retryOf()),
                filter.held(),
                filter.rootsOnly(),
                filter.retriesOnly(),
                external == null ? null : Arrays.asList(external.source(), external.id()));
    }

    private static List<Object> parts(LabelCondition label) {
        return List.of(label.key(), sorted(label.values()), label.present());
    }

    /** Equal sets may have their elements in different orders. */
    private static List<String> sorted(Collection<?> values) {
        return values.stream().map(Object::toString).sorted().toList();
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    /** Whether current executions are delivered first. */
    boolean hasSnapshot() {
        return type.snapshot;
    }
}

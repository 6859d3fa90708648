package dev.runlog.bench.traffic;

import dev.runlog.bench.database.DataSet;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The requests of pages of 20. */
public final class Pages {
    private static final String FIELDS =
            "{ edges { cursor node { id status startedAt finishedAt durationMillis } } pageInfo { hasNextPage endCursor } }";
    /** What a list on a screen shows. */
    private static final String REAL_FIELDS =
            "{ edges { cursor node { id status trigger attempt labels startedAt finishedAt duration durationMillis "
                    + "error { type message } workflow { id name } } } pageInfo { hasNextPage endCursor } }";

    private static final String COUNTS = "{ total queued running success failed cancelled crashed }";
    private static final int CALLS_MAX = 10_000;

    private Pages() {}

    /** The latest page of each workflow by its owner, to which all other pages are compared. */
    public static List<Call> plain(DataSet set) {
        return ofWorkflows(set, workflow -> plainOf(set, workflow));
    }

    public static Call plainOf(DataSet set, int workflow) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!) { executions(workflowId: $workflow, first: 20) " + FIELDS + " }",
                workflowVariable(workflow));
    }

    public static Call realOf(DataSet set, int workflow) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!) { executions(workflowId: $workflow, first: 20) " + REAL_FIELDS + " }",
                workflowVariable(workflow));
    }

    /** The latest pages of some workflows of the owner of a workflow. */
    public static Call ofWorkflowsOfOwner(DataSet set, int workflow, int workflows) {
        return graphql(
                set.owner(workflow),
                "query Pages { workflows(first: " + workflows + ") { nodes { id executions(first: 20) " + FIELDS
                        + " } } }",
                "");
    }

    public static Call detail(DataSet set, int workflow, String execution) {
        return graphql(
                set.owner(workflow),
                "query Detail($id: ID!) { execution(id: $id) { id status trigger attempt labels startedAt finishedAt "
                        + "durationMillis payload result error { type message stackTrace } workflow { id name } "
                        + "steps(first: 20) { nodes { index name kind status startedAt finishedAt durationMillis } } } }",
                "\"id\":\"" + execution + "\"");
    }

    /** Days of the owner of a workflow. */
    public static Call statistics(DataSet set, int workflow) {
        Instant from = Instant.ofEpochMilli(set.endMillis())
                .truncatedTo(ChronoUnit.DAYS)
                .minus(Duration.ofDays(set.days() - 1L));
        return graphql(
                set.owner(workflow),
                "query Statistics($from: DateTime!) { statistics(from: $from, interval: DAY) { stored " + COUNTS
                        + " recorded " + COUNTS + " recordedPerDay intervals { from to recorded " + COUNTS
                        + " successRate averageDurationMillis p50DurationMillis p95DurationMillis } } }",
                "\"from\":\"" + from + "\"");
    }

    /**
     * Facets of the executions of the owner of a workflow.
     *
     * @param conditions of the filter, as in a JSON string, with {@code $from} as a variable; empty for none
     */
    public static Call facets(DataSet set, int workflow, String conditions, Instant from) {
        return graphql(
                set.owner(workflow),
                "query Facets" + (conditions.isEmpty() ? "" : "($from: DateTime!)") + " { executions"
                        + (conditions.isEmpty() ? "" : "(filter: { " + conditions + " })") + " { statusCounts " + COUNTS
                        + " histogram(buckets: 60) { bucketWidth buckets { from to counts " + COUNTS + " } } } }",
                conditions.isEmpty() ? "" : "\"from\":\"" + from + "\"");
    }

    public static Call rest(DataSet set, int workflow) {
        return new Call(
                "GET", "/workflows/" + DataSet.workflowId(workflow) + "/logs?limit=20", set.owner(workflow), "");
    }

    public static Call ofStatus(DataSet set, int workflow, String status) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!) { executions(workflowId: $workflow, status: [" + status + "], first: 20) "
                        + FIELDS + " }",
                workflowVariable(workflow));
    }

    /** A random range of a sixth of all days. */
    public static Call ofRange(DataSet set, int workflow) {
        long width = set.spanMillis() / 6;
        long from =
                set.endMillis() - set.spanMillis() + ThreadLocalRandom.current().nextLong(set.spanMillis() - width);
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!, $from: DateTime!, $to: DateTime!) { executions(workflowId: $workflow, "
                        + "filter: { startedAfter: $from, startedBefore: $to }, first: 20) " + FIELDS + " }",
                workflowVariable(workflow) + ",\"from\":\"" + Instant.ofEpochMilli(from) + "\",\"to\":\""
                        + Instant.ofEpochMilli(from + width) + "\"");
    }

    /** All executions of the owner of a workflow. */
    public static Call ofOwner(DataSet set, int workflow) {
        return graphql(set.owner(workflow), "query Page { executions(first: 20) " + FIELDS + " }", "");
    }

    public static Call withTotalCount(DataSet set, int workflow) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!) { executions(workflowId: $workflow, first: 20) "
                        + FIELDS.replace("{ edges", "{ totalCount edges") + " }",
                workflowVariable(workflow));
    }

    public static Call after(DataSet set, int workflow, String cursor) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!, $after: String!) { executions(workflowId: $workflow, first: 20, "
                        + "after: $after) " + FIELDS + " }",
                workflowVariable(workflow) + ",\"after\":\"" + cursor + "\"");
    }

    public static List<Call> ofWorkflows(DataSet set, IntFunction<Call> call) {
        return new ArrayList<>(IntStream.range(0, Math.min(CALLS_MAX, set.workflows()))
                .mapToObj(call)
                .toList());
    }

    private static String workflowVariable(int workflow) {
        return "\"workflow\":\"" + DataSet.workflowId(workflow) + "\"";
    }

    private static Call graphql(String owner, String query, String variables) {
        return new Call("POST", "/graphql", owner, "{\"query\":\"" + query + "\",\"variables\":{" + variables + "}}");
    }
}

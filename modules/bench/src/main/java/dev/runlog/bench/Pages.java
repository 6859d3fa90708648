package dev.runlog.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The requests of pages of 20. */
final class Pages {
    private static final String FIELDS =
            "{ edges { cursor node { id status startedAt finishedAt durationMillis } } pageInfo { hasNextPage endCursor } }";
    private static final int CALLS_MAX = 10_000;

    private Pages() {}

    /** The latest page of each workflow by its owner, to which all other pages are compared. */
    static List<Call> plain(DataSet set) {
        return ofWorkflows(set, workflow -> plainOf(set, workflow));
    }

    static Call plainOf(DataSet set, int workflow) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!) { executions(workflowId: $workflow, first: 20) " + FIELDS + " }",
                workflowVariable(workflow));
    }

    static Call rest(DataSet set, int workflow) {
        return new Call(
                "GET", "/workflows/" + DataSet.workflowId(workflow) + "/logs?limit=20", set.owner(workflow), "");
    }

    static Call ofStatus(DataSet set, int workflow, String status) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!) { executions(workflowId: $workflow, status: [" + status + "], first: 20) "
                        + FIELDS + " }",
                workflowVariable(workflow));
    }

    /** A random range of a sixth of all days. */
    static Call ofRange(DataSet set, int workflow) {
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
    static Call ofOwner(DataSet set, int workflow) {
        return graphql(set.owner(workflow), "query Page { executions(first: 20) " + FIELDS + " }", "");
    }

    static Call withTotalCount(DataSet set, int workflow) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!) { executions(workflowId: $workflow, first: 20) "
                        + FIELDS.replace("{ edges", "{ totalCount edges") + " }",
                workflowVariable(workflow));
    }

    static Call after(DataSet set, int workflow, String cursor) {
        return graphql(
                set.owner(workflow),
                "query Page($workflow: ID!, $after: String!) { executions(workflowId: $workflow, first: 20, "
                        + "after: $after) " + FIELDS + " }",
                workflowVariable(workflow) + ",\"after\":\"" + cursor + "\"");
    }

    static List<Call> ofWorkflows(DataSet set, IntFunction<Call> call) {
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

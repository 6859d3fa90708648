package dev.runlog.bench.figure.recording;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.SqlScript;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.Call;
import dev.runlog.bench.traffic.Load;
import dev.runlog.bench.traffic.Pages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Executions started and finished by mutations, compared with single rows inserted and updated by database clients. */
public final class Mutations implements Figure {
    private static final int CONNECTIONS = 64;
    private static final String PAYLOAD =
            "{\\\"order\\\":4711,\\\"customer\\\":\\\"0cc175b9c0f1b6a831c399e269772661\\\",\\\"channel\\\":\\\"web\\\"}";

    @Override
    public String name() {
        return "mutations";
    }

    @Override
    public List<Row> measure(Bench bench) {
        DataSet set = bench.set();
        Path calls = bench.write(name(), Pages.ofWorkflows(set, workflow -> start(set, workflow)));
        bench.server();
        // A longer warm-up: there are a quarter as many as pages, of two kinds, and each runs more of our code.
        record(bench, calls, bench.options().warmUp().multipliedBy(3));
        Bench.Pair pair = bench.alternate(
                name(), () -> record(bench, calls, bench.options().time()), () -> bench.clients()
                        .run(
                                name(),
                                insertAndUpdate(),
                                CONNECTIONS,
                                bench.options().time()));
        return List.of(Row.ofRatio(
                "startExecution, then finishExecution",
                "executions/s",
                pair.ours(),
                bench.clients().name() + ", insert, then update of a row",
                pair.floor(),
                Goal.atLeast(1),
                CONNECTIONS + " connections on both sides; the database clients do not maintain rollups"));
    }

    private static double record(Bench bench, Path calls, Duration time) {
        Load.Outcome outcome = bench.hyperfoil()
                .runLifecycles(new Load(bench.server().port(), calls, CONNECTIONS, 0, Duration.ZERO, time), finish())
                .orThrow();
        Progress.say(
                "  mutations: %.0f/s, p50 %.2f ms, p99 %.2f ms, load generator %.2f s of processor",
                outcome.perSecond(), outcome.p50Millis(), outcome.p99Millis(), outcome.cpuSeconds());
        return outcome.perSecond() / 2;
    }

    private static Call start(DataSet set, int workflow) {
        return new Call(
                "POST",
                "/graphql",
                set.owner(workflow),
                "{\"query\":\"mutation Start($input: StartExecutionInput!) { startExecution(input: $input) { execution "
                        + "{ id } } }\",\"variables\":{\"input\":{\"executionId\":\"@ID@\",\"workflowId\":\""
                        + DataSet.workflowId(workflow) + "\",\"trigger\":\"webhook\",\"payload\":"
                        + PAYLOAD.replace("\\", "") + "}}}");
    }

    private static String finish() {
        return "{\"query\":\"mutation Finish($input: FinishExecutionInput!) { finishExecution(input: $input) { execution "
                + "{ id } } }\",\"variables\":{\"input\":{\"executionId\":\"@ID@\",\"status\":\"SUCCESS\",\"result\":"
                + PAYLOAD.replace("\\", "") + "}}}";
    }

    private static SqlScript insertAndUpdate() {
        String json = PAYLOAD.replace("\\", "");
        // A colon would start a variable.
        return new SqlScript(List.of("""
                        INSERT INTO execution (id, workflow_id, owner_id, status, trigger, payload)
                        VALUES ((lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
                                  || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid,
                                %s, :o::int + 1, 1, 'webhook', :json)
                        RETURNING id \\gset""".formatted(SqlScript.WORKFLOW_ID), """
                        UPDATE execution
                        SET status = 2, finished_at = now(), duration_millis = 1, result = :json
                        WHERE id = :id::uuid"""), Map.of("json", json));
    }
}

package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.DeleteWorkflow;
import dev.runlog.contract.retention.WorkflowDeleted;
import dev.runlog.storage.read.WorkflowReads;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A cleanup that ends by deleting its workflow. */
final class WorkflowDeletionTest extends RetentionTestCase {

    /** The day of the request would be dropped whole, together with what was recorded since. */
    @Test
    void keepsAnExecutionThatIsRecordedAfterTheBeginning() throws SQLException {
        seed(owner, 3, 0, "SUCCESS");
        seed(owner, 3, 40, "SUCCESS");
        Cleanup cleanup = begin(deletion()).cleanup();
        seed(owner, 1, 0, "SUCCESS");

        await(cleaner().runOnce());

        Cleanup ended = await(ledger.get(cleanup.id()));
        assertThat(ended.state()).isEqualTo(Cleanup.State.FAILED);
        assertThat(ended.failure()).contains("1 of its executions are left");
        assertThat(ended.deleted()).isEqualTo(6);
        assertThat(rows()).isEqualTo(1);
        assertThat(workflow()).isNotNull();
        assertThatRowsAndRollupsAgree();
    }

    @Test
    void cancelsTheOpenCleanupsOfItsPolicies() throws SQLException {
        seed(owner, 3, 40, "SUCCESS");
        Cleanup deletion = await(ledger.create(deletion(), owner));
        // Its policy has a pending cleanup, whose turn is later because an earlier one has run.
        test.execute(
                "INSERT INTO retention_policy (id, workflow_id, statuses, keep_for) SELECT w.id, w.id, '{}', '1 day' "
                        + "FROM workflow w WHERE w.id = '" + deletion.criteria().workflowId() + "';"
                        + "INSERT INTO cleanup (id, state, started_at, before, statuses, workflow_id, policy_id, requested_by) "
                        + "SELECT gen_random_uuid(), c.state, c.started_at, now(), '{}', w.id, w.id, 'policy' "
                        + "FROM (VALUES (3, now()), (1, NULL)) c (state, started_at), workflow w WHERE w.id = '"
                        + deletion.criteria().workflowId() + "'");

        await(cleaner().runOnce());

        assertThat(await(ledger.get(deletion.id())).state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(test.count("SELECT count(*) FROM retention_policy")).isZero();
        assertThat(test.get(
                        "SELECT string_agg(state::text, ',' ORDER BY state) FROM cleanup WHERE policy_id IS NOT NULL"))
                .isEqualTo("3,4");
        assertThatNothingIsLeftOver();
    }

    @Test
    void announcesTheDeletedWorkflow() throws SQLException {
        seed(owner, 3, 0, "SUCCESS");
        Workflow workflow = workflow();
        Promise<WorkflowDeleted> announced = Promise.promise();
        bus.subscribe(WorkflowDeleted.class, announced::tryComplete);

        await(bus.request(new DeleteWorkflow(alice, WorkflowRef.ofKey("w"), null, false)));

        assertThat(await(announced.future())).isEqualTo(new WorkflowDeleted(workflow.id(), owner));
        assertThat(codeOf(new DeleteWorkflow(alice, WorkflowRef.ofId(workflow.id()), null, false)))
                .isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void ignoresThePoliciesOfTheOwner() throws SQLException {
        seed(owner, 3, 0, "SUCCESS");
        test.execute("INSERT INTO retention_policy (id, owner_id, statuses, keep_last) "
                + "SELECT gen_random_uuid(), id, '{}', 100 FROM owner WHERE subject = '" + owner + "'");

        Cleanup requested = await(bus.request(new DeleteWorkflow(alice, WorkflowRef.ofKey("w"), null, false)));

        assertThat(await(ending(requested.id()).future()).deleted()).isEqualTo(3);
        assertThat(test.count("SELECT count(*) FROM retention_policy")).isEqualTo(1);
    }

    private CleanupCriteria deletion() {
        return CleanupCriteria.ofWorkflow(workflow(), Instant.now().plus(Duration.ofDays(1)));
    }

    private Workflow workflow() {
        return await(new WorkflowReads(database).findByKey(owner, "w")).orElseThrow();
    }
}

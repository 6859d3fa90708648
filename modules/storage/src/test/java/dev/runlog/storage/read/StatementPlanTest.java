package dev.runlog.storage.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.storage.GenericPlans;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.sql.Sql;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Indexes that generic plans use, for a few owners with many executions each, with statistics and without. */
@ExtendWith(PostgresExtension.class)
final class StatementPlanTest {
    private static final Owner OWNER = new Owner("alice", 1);
    private static final PageRequest PAGE = PageRequest.first(20);
    private final UUID workflow = Ids.next();
    private TestDatabase database;

    @BeforeEach
    void fill(TestDatabase test) throws SQLException {
        database = test;
        GenericPlans.prepare(test, LocalDate.parse("2026-03-31"));
    }

    @Test
    void pagesReadOneIndexInOrder() throws SQLException {
        for (int round = 0; round < 2; round++) {
            ExecutionQuery all = ExecutionQuery.all();
            assertReads(all.ofWorkflow(workflow), "_workflow_id_id_idx");
            assertReads(all, "_owner_id_id_idx");
            assertReads(all.inOrder(ExecutionOrder.FINISHED_AT_DESC), "_owner_id_finished_at_id_idx");
            assertReads(
                    all.ofWorkflow(workflow).inOrder(ExecutionOrder.DURATION_ASC),
                    "_workflow_id_duration_millis_id_idx");
            database.execute("ANALYZE execution");
        }
    }

    private void assertReads(ExecutionQuery query, String index) throws SQLException {
        String plan = plan(ExecutionSelect.page(OWNER, Source.of(query), PAGE, true, null));

        assertThat(plan)
                .contains(index)
                .doesNotContain("Sort")
                .doesNotContain("SubPlan")
                .doesNotContain("InitPlan");
    }

    @Test
    void boundariesReadOnlyAnIndex() throws SQLException {
        database.execute("ANALYZE execution");
        for (ExecutionOrder order : ExecutionOrder.values()) {
            ExecutionQuery query = ExecutionQuery.all().inOrder(order);

            assertThat(plan(ExecutionSelect.boundary(OWNER, Source.of(query), SliceRange.of(query), 200)))
                    .as(order.name())
                    .contains("Index Only Scan")
                    .doesNotContain("Sort");
        }
    }

    @Test
    void pagesOfSeveralWorkflowsReadTheirIndexes() throws SQLException {
        database.execute("ANALYZE execution");
        ExecutionQuery query = ExecutionQuery.all().ofWorkflows(Set.of(workflow, Ids.next()));

        assertThat(plan(ExecutionSelect.page(OWNER, Source.of(query), PAGE, true, null)))
                .contains("_workflow_id_id_idx");
    }

    /** An index of the owner would serve too, but would be read from end to end. */
    @Test
    void executionsAndStepsAreFoundByTheirIds() throws SQLException {
        database.execute("ANALYZE execution");
        for (List<UUID> ids : List.of(List.of(Ids.next()), List.of(Ids.next(), Ids.next()))) {
            for (Sql sql : List.of(
                    ExecutionsById.select(ExecutionSelect.HEAD, OWNER, ids, ""),
                    ExecutionsById.selectWithParts("e.id", OWNER, ids, EnumSet.allOf(ExecutionPart.class), 1000),
                    StepReads.select(OWNER, ids, PAGE, EnumSet.of(StepPart.INPUT), true, 1000),
                    StepReads.select(OWNER, ids, PAGE, Set.of(), false, 1000))) {
                assertThat(plan(sql)).contains("_pkey").doesNotContain("_owner_id");
            }
        }
    }

    private String plan(Sql sql) throws SQLException {
        List<String> lines = database.list("SELECT plan_of($statement$" + sql.text() + "$statement$)");
        return String.join("\n", lines);
    }
}

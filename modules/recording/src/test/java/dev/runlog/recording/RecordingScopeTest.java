package dev.runlog.recording;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.UpsertWorkflow;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whose executions and workflows a caller may record. */
final class RecordingScopeTest extends RecordingTestCase {
    private final Viewer engine = new Viewer("engine", Set.of(Scope.ENGINE));

    @Test
    void hidesAnotherOwnersExecution() throws SQLException {
        UUID id = Ids.next();
        record(start(id));
        Viewer mallory = new Viewer("mallory", Set.of(Scope.WRITE));

        List<Outcome> outcomes = recordAs(
                mallory,
                List.of(start(id), finish(id, ExecutionStatus.FAILED), new Heartbeat(ExecutionRef.of(id), null, null)));

        assertThat(outcomes).extracting(Outcome::code).containsOnly(ErrorCode.NOT_FOUND);
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.RUNNING, 1L));
    }

    @Test
    void recordsForAnotherOwnerOnlyWithTheEngineScope() {
        RunStarted forAlice = starting().owner(alice.subject()).build();

        assertThat(recordAs(engine, List.of(forAlice)).get(0).orThrow().owner()).isEqualTo(alice.subject());
        assertThat(recordAs(new Viewer("bob", Set.of(Scope.WRITE)), List.of(forAlice))
                        .get(0)
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(codeOf(awaitFailure(
                        bus.request(new RecordEvents(new Viewer("bob", Set.of(Scope.READ)), List.of(forAlice))))))
                .isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void registersAWorkflowOnceAndRenamesIt() {
        UpsertWorkflow.Saved first = await(bus.request(new UpsertWorkflow(alice, "nightly", null, null)));
        UpsertWorkflow.Saved second = await(bus.request(new UpsertWorkflow(alice, "nightly", "Nightly backup", null)));

        assertThat(first.workflow().name()).isEqualTo("nightly");
        assertThat(second.workflow().id()).isEqualTo(first.workflow().id());
        assertThat(second.workflow().name()).isEqualTo("Nightly backup");
    }
}

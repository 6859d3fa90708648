package dev.runlog.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Verdict;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.StepEvent;
import dev.runlog.contract.recording.WorkflowRef;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** How starts, steps and finishes become one execution, in any order and however often they are sent. */
final class StartAndFinishTest extends RecordingTestCase {
    @Test
    void recordsAStartAndItsFinish() throws SQLException {
        Execution started = record(start(null)).execution();
        Execution finished =
                record(finish(started.id(), ExecutionStatus.SUCCESS)).execution();

        assertThat(started.status()).isEqualTo(ExecutionStatus.RUNNING);
        assertThat(finished.status()).isEqualTo(ExecutionStatus.SUCCESS);
        assertThat(finished.finishedAt()).isAfterOrEqualTo(started.startedAt());
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.SUCCESS, 1L));
    }

    @Test
    void ignoresDuplicates() throws SQLException {
        UUID id = Ids.next();
        record(start(id));
        record(finish(id, ExecutionStatus.FAILED));

        assertThat(record(start(id)).verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(record(finish(id, ExecutionStatus.FAILED)).verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.FAILED, 1L));
    }

    @Test
    void separatesNewEventsFromDuplicatesInABatch() throws SQLException {
        UUID known = Ids.next();
        UUID completed = Ids.next();
        UUID running = Ids.next();
        record(List.of(start(known), start(running), completed(completed, ExecutionStatus.SUCCESS)));
        UUID fresh = Ids.next();
        List<RecordingEvent> events = List.of(
                start(fresh),
                start(known),
                completed(completed, ExecutionStatus.SUCCESS),
                finish(running, ExecutionStatus.FAILED),
                finish(fresh, ExecutionStatus.SUCCESS));

        assertThat(record(events))
                .extracting(Outcome::verdict)
                .containsExactly(
                        Verdict.RECORDED, Verdict.DUPLICATE, Verdict.DUPLICATE, Verdict.RECORDED, Verdict.RECORDED);
        assertThat(record(events)).extracting(Outcome::verdict).containsOnly(Verdict.DUPLICATE);
        assertThat(counts())
                .isEqualTo(
                        Map.of(ExecutionStatus.RUNNING, 1L, ExecutionStatus.SUCCESS, 2L, ExecutionStatus.FAILED, 1L));
    }

    @Test
    void fillsInAStartThatArrivesAfterItsFinish() throws SQLException {
        UUID id = Ids.next();
        Outcome finish = record(RunFinished.builder(id, ExecutionStatus.SUCCESS)
                .workflow(WorkflowRef.ofKey("nightly"))
                .result("{\"rows\":3}")
                .build());
        Outcome start = record(start(id));

        assertThat(List.of(finish.verdict(), start.verdict())).containsOnly(Verdict.RECORDED);
        assertThat(start.execution().status()).isEqualTo(ExecutionStatus.SUCCESS);
        assertThat(start.execution().trigger()).isEqualTo("test");
        assertThat(detail(id).payload()).isEqualTo("{\"n\":1}");
        assertThat(detail(id).result()).isEqualTo("{\"rows\":3}");
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.SUCCESS, 1L));
    }

    @Test
    void keepsAFinalStatus() throws SQLException {
        UUID id = Ids.next();
        record(start(id));
        record(finish(id, ExecutionStatus.SUCCESS));

        Outcome contradiction = record(finish(id, ExecutionStatus.FAILED));

        assertThat(contradiction.code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(contradiction.message()).contains("SUCCESS", "FAILED", id.toString());
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.SUCCESS, 1L));
    }

    @Test
    void recordsACompletedRunAndRejectsAContradictingOne() throws SQLException {
        UUID id = Ids.next();
        Completed success = completed(id, ExecutionStatus.SUCCESS);

        assertThat(record(success).verdict()).isEqualTo(Verdict.RECORDED);
        assertThat(record(success).verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(record(completed(id, ExecutionStatus.FAILED)).code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.SUCCESS, 1L));
    }

    @Test
    void mergesStartStepsAndFinishOfOneBatch() throws SQLException {
        UUID id = Ids.next();

        List<Outcome> outcomes = record(List.of(
                start(id),
                new StepsRecorded(ExecutionRef.of(id), null, null, List.of(step(0, StepStatus.RUNNING, "first"))),
                new StepsRecorded(
                        ExecutionRef.of(id),
                        null,
                        null,
                        List.of(step(0, StepStatus.SUCCESS, "first"), step(1, StepStatus.FAILED, "second"))),
                finish(id, ExecutionStatus.FAILED)));

        assertThat(outcomes).extracting(Outcome::verdict).containsOnly(Verdict.RECORDED);
        assertThat(steps(id))
                .extracting(Step::name, Step::status)
                .containsExactly(Tuple.tuple("first", StepStatus.SUCCESS), Tuple.tuple("second", StepStatus.FAILED));
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.FAILED, 1L));
    }

    @Test
    void movesTheFinishTimeBetweenStartAndNow() {
        UUID id = Ids.next();
        UUID other = Ids.next();
        record(List.of(start(id), start(other)));

        Execution early = record(finishedAt(id, Instant.EPOCH)).orThrow();
        Execution late = record(finishedAt(other, Instant.now().plus(Duration.ofDays(1))))
                .orThrow();

        assertThat(early.duration()).isEqualTo(Duration.ZERO);
        assertThat(late.finishedAt()).isBetween(late.startedAt(), Instant.now());
    }

    @Test
    void announcesEachChangeInOrderAfterItsCommit() {
        UUID id = Ids.next();

        record(List.of(start(id), finish(id, ExecutionStatus.CANCELLED)));

        assertThat(announced)
                .filteredOn(change -> change.execution().id().equals(id))
                .extracting(
                        change -> change.before(), change -> change.execution().status())
                .containsExactly(
                        Tuple.tuple(null, ExecutionStatus.RUNNING),
                        Tuple.tuple(ExecutionStatus.RUNNING, ExecutionStatus.CANCELLED));
    }

    private static StepEvent step(int index, StepStatus status, String name) {
        return StepEvent.builder(index, name, status).build();
    }

    private static RunFinished finishedAt(UUID id, Instant moment) {
        return RunFinished.builder(id, ExecutionStatus.SUCCESS)
                .finishedAt(moment)
                .build();
    }
}

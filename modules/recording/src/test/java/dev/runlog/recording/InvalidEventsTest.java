package dev.runlog.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Verdict;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.StepEvent;
import dev.runlog.contract.recording.WorkflowRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which events are rejected, alone and with a reason. */
final class InvalidEventsTest extends RecordingTestCase {
    @Test
    void rejectsOnlyInvalidEventsAndNamesTheProblem() {
        UUID id = Ids.next();
        Instant now = Instant.now();
        List<Outcome> outcomes = record(List.of(
                start(id),
                finish(Ids.next(), ExecutionStatus.SUCCESS),
                finish(id, ExecutionStatus.CRASHED),
                start(UUID.randomUUID()),
                start(Ids.at(now.plus(Duration.ofDays(2)))),
                start(Ids.at(now.minus(Duration.ofDays(500)))),
                starting().payload("{\"n\":\"" + "x".repeat(2000) + "\"}").build(),
                starting().labels(Map.of("k".repeat(257), "v")).build(),
                starting().labels(Map.of("a\u0000", "v")).build(),
                new StepsRecorded(ExecutionRef.of(id), null, null, steps(1))));

        assertThat(outcomes)
                .extracting(Outcome::code)
                .containsExactly(
                        null,
                        ErrorCode.NOT_FOUND,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        null);
        assertThat(outcomes.get(6).message()).contains("2008 bytes", "payload-max-bytes", "1000");
        assertThat(outcomes.get(8).message()).contains("NUL");
    }

    @Test
    void limitsTheStepsOfOneEvent() {
        UUID id = Ids.next();
        record(start(id));

        Outcome most = record(new StepsRecorded(ExecutionRef.of(id), null, null, steps(CONFIG.stepsMax())));
        Outcome tooMany = record(new StepsRecorded(ExecutionRef.of(id), null, null, steps(CONFIG.stepsMax() + 1)));

        assertThat(most.verdict()).isEqualTo(Verdict.RECORDED);
        assertThat(tooMany.code()).isEqualTo(ErrorCode.BAD_INPUT);
        assertThat(tooMany.message()).isEqualTo("Too many steps in one event: 101 (recording.steps-max is 100).");
    }

    @Test
    void refusesControlAndBidirectionalCharactersInIdentifiers() {
        List<Outcome> outcomes = record(List.of(
                startOf("a\u001b]0;x\u0007"),
                startOf("a\u202Eb"),
                startOf("a\nb"),
                startOf("a\u0085"),
                startOf("a\u2066b"),
                starting().labels(Map.of("a\u200Fb", "x")).build(),
                startOf("שלום 👩‍💻 a-b_c.d/e")));

        assertThat(outcomes)
                .extracting(Outcome::code)
                .containsExactly(
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        null);
        assertThat(outcomes.get(0).message())
                .isEqualTo("Invalid workflow key: control character U+001B at position 1.");
        assertThat(outcomes.get(1).message())
                .isEqualTo("Invalid workflow key: bidirectional control character U+202E at position 1.");
    }

    private static RunStarted startOf(String workflow) {
        return RunStarted.builder(WorkflowRef.ofKey(workflow)).build();
    }

    /** Steps with valid indices; some repeat if there are more than {@code stepsMax}. */
    private static List<StepEvent> steps(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> StepEvent.builder(i % CONFIG.stepsMax(), "step", StepStatus.RUNNING)
                        .build())
                .toList();
    }
}

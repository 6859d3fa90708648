package dev.runlog.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Verdict;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.StepEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is cut, replaced or redacted before it is stored, and how the execution reports it. */
final class AlteredContentsTest extends RecordingTestCase {
    @Test
    void cutsLongErrorsAndReportsIt() {
        UUID id = Ids.next();
        record(start(id));

        Execution failed = record(failure(id)
                        .error(new ExecutionError("m".repeat(30), "Type", "s".repeat(50), null))
                        .build())
                .execution();

        assertThat(failed.errorMessage()).hasSize(20);
        assertThat(failed.truncated())
                .containsExactlyInAnyOrder(ExecutionPart.ERROR_MESSAGE, ExecutionPart.STACK_TRACE);
        assertThat(failed.errorFingerprint()).isNotBlank();
        assertThat(detail(id).stackTrace()).hasSize(40);
    }

    @Test
    void redactsAndCountsSecretsOfStartAndFinish() {
        UUID id = Ids.next();
        record(starting()
                .executionId(id)
                .trigger("https://u:p@hook/")
                .labels(Map.of("api-token", "abc", "url", "https://u:p@host/"))
                .payload("{\"db\":{\"Password\":\"hunter2\",\"card\":1.0,\"port\":1.0}}")
                .build());

        Execution failed = record(failure(id)
                        .result("\"Bearer abc123\"")
                        .error(new ExecutionError("token=abc", null, "password=x", "{\"Authorization\":\"x\"}"))
                        .build())
                .orThrow();

        assertThat(failed.redacted()).isEqualTo(9);
        assertThat(failed.trigger()).isEqualTo("https://u:[redacted]@hook/");
        assertThat(failed.labels()).isEqualTo(Map.of("api-token", "[redacted]", "url", "https://u:[redacted]@host/"));
        assertThat(failed.errorMessage()).isEqualTo("token=[redacted]");
        assertThat(execution(id)).isEqualTo(failed);
        assertThat(detail(id))
                .isEqualTo(new ExecutionDetail(
                        id,
                        "{\"db\":{\"Password\":\"[redacted]\",\"card\":\"[redacted]\",\"port\":1.0}}",
                        "\"Bearer [redacted]\"",
                        "{\"Authorization\":\"[redacted]\"}",
                        "password=[redacted]"));
    }

    @Test
    void recordsAStartWithALongOrOddTriggerAndLabels() {
        Execution started = record(starting()
                        .trigger("t".repeat(51))
                        .labels(Map.of("long", "v".repeat(10_000), "odd", "a\u0000\uD800", "token", "s".repeat(300)))
                        .build())
                .orThrow();

        assertThat(started.trigger()).isEqualTo("t".repeat(50));
        assertThat(started.labels())
                .isEqualTo(Map.of("long", "v".repeat(50), "odd", "a\uFFFD\uFFFD", "token", "[redacted]"));
        assertThat(started.truncated()).containsExactly(ExecutionPart.TRIGGER, ExecutionPart.LABELS);
        assertThat(started.sanitized()).containsExactly(ExecutionPart.LABELS);
        assertThat(started.redacted()).isEqualTo(1);
    }

    /** Engines often send the same payload when a run is queued and when it starts. */
    @Test
    void countsSecretsOnceThatQueueAndStartBothBring() {
        UUID id = Ids.next();
        RunStarted start = starting()
                .executionId(id)
                .payload("{\"token\":\"x\"}")
                .labels(Map.of("password", "x"))
                .build();

        record(new RecordingEvent.Queued(start)).orThrow();
        Execution started = record(start).orThrow();
        Execution finished =
                record(failure(id).result("{\"token\":\"x\"}").build()).orThrow();

        assertThat(started.redacted()).isEqualTo(2);
        assertThat(finished.redacted()).isEqualTo(3);
    }

    @Test
    void acceptsAnyFinishWithAValidIdAndStatus() {
        String bad = "\u0000\uD800";
        String longArray = "[" + "1,".repeat(5000) + "1]";

        assertAcceptsAltered(null, new ExecutionError(bad, bad, bad, "{\"a\":\"" + bad + "\"}"));
        assertAcceptsAltered("{\"a\":\"\\ud800" + bad + "\"}", null);
        assertAcceptsAltered(null, new ExecutionError(null, "T".repeat(10_000), null, longArray));
        assertAcceptsAltered("\"" + "x".repeat(300_000) + "\"", null);
        assertAcceptsAltered("[".repeat(50_000) + "]".repeat(50_000), null);
        assertAcceptsAltered("no JSON, password=x", null);
    }

    private void assertAcceptsAltered(@Nullable String result, @Nullable ExecutionError error) {
        UUID id = Ids.next();
        record(start(id));

        Outcome outcome = record(failure(id).result(result).error(error).build());

        assertThat(outcome.verdict()).as(outcome.message()).isEqualTo(Verdict.RECORDED);
        Execution failed = outcome.orThrow();
        assertThat(failed.truncated().isEmpty() && failed.sanitized().isEmpty()).isFalse();
        assertThat(bytes(failed.errorType())).isLessThanOrEqualTo(CONFIG.nameMaxChars());
        assertThat(bytes(detail(id).result())).isLessThanOrEqualTo(CONFIG.resultMaxBytes());
        assertThat(bytes(detail(id).errorDetails())).isLessThanOrEqualTo(CONFIG.resultMaxBytes());
    }

    private static int bytes(@Nullable String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void marksAlteredPartsOfStepsWhileTheyAreKept() {
        StepEvent running = StepEvent.builder(0, "n".repeat(60), StepStatus.RUNNING)
                .kind("k\u0000")
                .input("{\"password\":1}")
                .error(new ExecutionError("m\u0000", "t".repeat(60), null, null))
                .build();
        StepEvent failed = StepEvent.builder(0, "name", StepStatus.FAILED)
                .output("\"" + "x".repeat(2000) + "\"")
                .error(new ExecutionError(null, null, null, "\"\uD800\""))
                .build();
        UUID id = Ids.next();
        record(start(id));

        record(new StepsRecorded(ExecutionRef.of(id), null, null, List.of(running)));
        Step before = steps(id).get(0);
        record(new StepsRecorded(ExecutionRef.of(id), null, null, List.of(failed)));
        Step after = steps(id).get(0);
        UUID atOnce = Ids.next();
        record(List.of(
                start(atOnce),
                new StepsRecorded(ExecutionRef.of(atOnce), null, null, List.of(running)),
                new StepsRecorded(ExecutionRef.of(atOnce), null, null, List.of(failed))));

        assertThat(before.truncated()).containsExactly(StepPart.NAME, StepPart.ERROR_TYPE);
        assertThat(before.sanitized()).containsExactly(StepPart.KIND, StepPart.ERROR_MESSAGE);
        assertThat(before.redacted()).containsExactly(StepPart.INPUT);
        assertThat(after.truncated()).containsExactly(StepPart.OUTPUT);
        assertThat(after.sanitized()).containsExactly(StepPart.KIND, StepPart.ERROR_DETAILS);
        assertThat(after.redacted()).containsExactly(StepPart.INPUT);
        assertThat(steps(atOnce))
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("executionId")
                .containsExactly(after);
    }

    private static RunFinished.Builder failure(UUID id) {
        return RunFinished.builder(id, ExecutionStatus.FAILED);
    }
}

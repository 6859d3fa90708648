package dev.runlog.recording.event;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.Finished;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Started;
import dev.runlog.contract.recording.RecordingEvent.StepEvent;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.text.DurationText;
import dev.runlog.recording.config.RecordingConfig;
import dev.runlog.recording.redaction.Redaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Checks events and makes them {@link Storable}. A start is refused if an identifier or a limit is invalid. A finish is
 * refused only for its ID, workflow and status. Refusals are {@code BAD_INPUT} and show the invalid value, except
 * payloads and other values that may contain secrets.
 */
public final class EventPolicy {
    private static final ExecutionError NO_ERROR = new ExecutionError(null, null, null, null);

    private final RecordingConfig config;
    private final Redaction redaction;
    private final Clock clock;

    public EventPolicy(RecordingConfig config, Clock clock) {
        this.config = config;
        this.redaction = new Redaction(config.redactPaths(), config.redactNames(), config.redactTexts());
        this.clock = clock;
    }

    public ValidEvent check(RecordingEvent event) {
        if (event instanceof Started started) {
            return toStart(started);
        } else if (event instanceof Finished finished) {
            return toFinish(finished);
        } else if (event instanceof Completed completed) {
            return toComplete(completed);
        } else if (event instanceof StepsRecorded recorded) {
            return toSteps(recorded);
        } else if (event instanceof Heartbeat heartbeat) {
            return new ValidEvent.Beat(idOf(heartbeat));
        }
        throw new IllegalStateException("Unknown event type: " + event.getClass());
    }

    /** Fails if the key or name of a workflow is invalid. */
    public void checkWorkflow(String key, @Nullable String name) {
        TextRules.requireIdentifier(key, "workflow key", config.nameMaxChars());
        if (name != null) {
            TextRules.requireIdentifier(name, "workflow name", config.nameMaxChars());
        }
    }

    /** Fails if the owner is not a valid subject. */
    public void checkOwner(String owner) {
        TextRules.requireIdentifier(owner, "owner", config.nameMaxChars());
    }

    private ValidEvent.Start toStart(Started event) {
        UUID id = startId(event);
        checkRef(event.workflow());
        TextRules.requireShort(event.trigger(), "trigger", config.nameMaxChars());
        int attempt = event.attempt() == null ? 1 : event.attempt();
        if (attempt < 1 || attempt > Short.MAX_VALUE) {
            throw RunlogException.badInput("Invalid attempt: " + attempt + " (expected 1 to " + Short.MAX_VALUE + ").");
        }
        UUID parentId = parentId(event.parent(), id);
        checkLabels(event.labels());
        checkHeartbeatTimeout(event.heartbeatTimeout());
        if (config.oversize() == RecordingConfig.Oversize.REFUSE) {
            requireSize(event.payload());
        }
        Storable<ExecutionPart> parts = new Storable<>(redaction, config.jsonDepthMax(), ExecutionPart.class);
        return new ValidEvent.Start(
                id,
                event.execution().id() == null,
                event.workflow(),
                parts.text(event.trigger(), config.nameMaxChars(), ExecutionPart.TRIGGER),
                attempt,
                parentId,
                labels(event.labels(), parts),
                parts.json(event.payload(), config.payloadMaxBytes(), ExecutionPart.PAYLOAD),
                new Alterations(parts.truncated(), parts.sanitized(), parts.secrets()),
                event.heartbeatTimeout());
    }

    private static Map<String, String> labels(Map<String, String> labels, Storable<ExecutionPart> parts) {
        Map<String, String> storable = new HashMap<>();
        labels.forEach((key, value) -> storable.put(key, parts.value(key, value, ExecutionPart.LABELS)));
        return storable;
    }

    private UUID startId(Started event) {
        Instant now = clock.instant();
        if (event.execution().equals(ExecutionRef.NEW)) {
            Instant startedAt = event.startedAt() == null ? now : event.startedAt();
            checkStart(startedAt, now);
            return Ids.at(startedAt);
        }
        UUID id = idOf(event);
        Instant start = Ids.timeOf(id);
        checkStart(start, now);
        if (event.startedAt() != null) {
            Duration skew = distance(start, event.startedAt());
            if (skew.compareTo(config.startSkewMax()) > 0) {
                throw RunlogException.badInput("Invalid startedAt: " + event.startedAt() + " (expected at most "
                        + DurationText.of(config.startSkewMax()) + " from " + start + ", the time in the ID " + id
                        + ").");
            }
        }
        return id;
    }

    private void checkStart(Instant start, Instant now) {
        if (start.isAfter(now.plus(config.startAheadMax()))) {
            throw RunlogException.badInput("Invalid start time: " + start + " is too far in the future (server time "
                    + now.truncatedTo(ChronoUnit.MILLIS) + ", recording.start-ahead-max is "
                    + DurationText.of(config.startAheadMax()) + ").");
        }
        if (start.isBefore(now.minus(config.startAgeMax()))) {
            throw RunlogException.badInput("Invalid start time: " + start
                    + " is too long ago (recording.start-age-max is " + DurationText.of(config.startAgeMax()) + ").");
        }
    }

    private void checkRef(WorkflowRef workflow) {
        if (workflow.key() != null) {
            TextRules.requireIdentifier(workflow.key(), "workflow key", config.nameMaxChars());
        }
    }

    private static @Nullable UUID parentId(@Nullable ExecutionRef parent, UUID id) {
        if (parent == null) {
            return null;
        }
        UUID parentId = idOf(parent, "parentId", "parentExternalId");
        if (parentId.equals(id)) {
            throw RunlogException.badInput("Invalid parentId: " + id + " (an execution cannot be its own parent).");
        }
        return parentId;
    }

    private void checkLabels(Map<String, String> labels) {
        if (labels.size() > config.labelsMax()) {
            throw RunlogException.badInput(
                    "Too many labels: " + labels.size() + " (recording.labels-max is " + config.labelsMax() + ").");
        }
        labels.forEach((key, value) -> {
            TextRules.requireIdentifier(key, "label", config.labelMaxChars());
            TextRules.requireShort(value, "value of label " + key, config.labelMaxChars());
        });
    }

    private void checkHeartbeatTimeout(@Nullable Duration timeout) {
        if (timeout == null) {
            return;
        }
        if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(config.heartbeatTimeoutMax()) > 0) {
            throw RunlogException.badInput("Invalid heartbeatTimeout: " + timeout + " (expected 1 ms to "
                    + DurationText.of(config.heartbeatTimeoutMax()) + ").");
        }
    }

    private ValidEvent.Finish toFinish(Finished event) {
        UUID id = idOf(event);
        if (event.workflow() != null) {
            checkRef(event.workflow());
            // It may create the row, so the limits of a start apply to its ID.
            checkStart(Ids.timeOf(id), clock.instant());
        }
        if (!event.status().isOutcome()) {
            throw RunlogException.badInput(
                    "Invalid status: " + event.status() + " (expected SUCCESS, FAILED or CANCELLED).");
        }
        Storable<ExecutionPart> parts = new Storable<>(redaction, config.jsonDepthMax(), ExecutionPart.class);
        String result = parts.json(event.result(), config.resultMaxBytes(), ExecutionPart.RESULT);
        ExecutionError error = event.error() == null ? NO_ERROR : error(event.error(), parts);
        return new ValidEvent.Finish(
                id,
                event.workflow(),
                event.status(),
                finishedAt(Ids.timeOf(id), event.finishedAt()),
                result,
                error.type(),
                error.message(),
                error.equals(NO_ERROR) ? null : Fingerprint.of(error.type(), error.message(), error.stackTrace()),
                error.details(),
                error.stackTrace(),
                new Alterations(parts.truncated(), parts.sanitized(), parts.secrets()));
    }

    /** Limits the finish time to the range from the start to now. A wrong clock never prevents a finish. */
    private Instant finishedAt(Instant start, @Nullable Instant given) {
        Instant now = clock.instant();
        Instant finishedAt = given == null || given.isAfter(now.plus(config.startAheadMax())) ? now : given;
        return latest(start, finishedAt.truncatedTo(ChronoUnit.MILLIS));
    }

    private ExecutionError error(ExecutionError error, Storable<ExecutionPart> parts) {
        return new ExecutionError(
                parts.text(error.message(), config.errorMessageMaxChars(), ExecutionPart.ERROR_MESSAGE),
                parts.text(error.type(), config.nameMaxChars(), ExecutionPart.ERROR_TYPE),
                parts.text(error.stackTrace(), config.stackTraceMaxChars(), ExecutionPart.STACK_TRACE),
                parts.json(error.details(), config.resultMaxBytes(), ExecutionPart.ERROR_DETAILS));
    }

    private ValidEvent.Complete toComplete(Completed event) {
        ValidEvent.Start start = toStart(event.start());
        Finished finish = event.finish();
        return new ValidEvent.Complete(
                start,
                toFinish(Finished.builder(start.executionId(), finish.status())
                        .owner(event.owner())
                        .workflow(event.start().workflow())
                        .finishedAt(finish.finishedAt())
                        .result(finish.result())
                        .error(finish.error())
                        .build()));
    }

    private ValidEvent.Steps toSteps(StepsRecorded event) {
        UUID id = idOf(event);
        if (event.steps().isEmpty()) {
            throw RunlogException.badInput("Invalid steps: empty (expected 1 to " + config.stepsMax() + ").");
        }
        if (event.steps().size() > config.stepsMax()) {
            throw RunlogException.badInput("Too many steps in one event: "
                    + event.steps().size() + " (recording.steps-max is " + config.stepsMax() + ").");
        }
        return new ValidEvent.Steps(
                id, event.steps().stream().map(step -> toStep(id, step)).toList());
    }

    private Step toStep(UUID executionId, StepEvent step) {
        if (step.index() < 0 || step.index() >= config.stepsMax()) {
            throw RunlogException.badInput(
                    "Invalid step index: " + step.index() + " (expected 0 to " + (config.stepsMax() - 1) + ").");
        }
        String of = " of step " + step.index();
        if (step.name().isBlank()) {
            throw RunlogException.badInput("Invalid name" + of + ": empty.");
        }
        Instant startedAt = checkedTime(step.startedAt(), "startedAt" + of);
        Instant finishedAt = checkedTime(step.finishedAt(), "finishedAt" + of);
        if (startedAt != null && finishedAt != null && finishedAt.isBefore(startedAt)) {
            throw RunlogException.badInput(
                    "Invalid finishedAt" + of + ": " + finishedAt + " (before startedAt, " + startedAt + ").");
        }
        Storable<StepPart> parts = new Storable<>(redaction, config.jsonDepthMax(), StepPart.class);
        String name = parts.text(step.name(), config.nameMaxChars(), StepPart.NAME);
        return Step.builder(executionId, step.index(), Objects.requireNonNull(name), step.status())
                .kind(parts.text(step.kind(), config.nameMaxChars(), StepPart.KIND))
                .startedAt(startedAt)
                .finishedAt(finishedAt)
                .input(parts.json(step.input(), config.payloadMaxBytes(), StepPart.INPUT))
                .output(parts.json(step.output(), config.resultMaxBytes(), StepPart.OUTPUT))
                .error(parts.json(step.error(), config.resultMaxBytes(), StepPart.ERROR))
                .truncated(parts.truncated())
                .sanitized(parts.sanitized())
                .redacted(parts.redacted())
                .build();
    }

    private @Nullable Instant checkedTime(@Nullable Instant given, String what) {
        if (given == null) {
            return null;
        }
        Instant now = clock.instant();
        if (given.isAfter(now.plus(config.startAheadMax())) || given.isBefore(now.minus(config.startAgeMax()))) {
            throw RunlogException.badInput("Invalid " + what + ": " + given + " (expected at most "
                    + DurationText.of(config.startAheadMax()) + " ahead and "
                    + DurationText.of(config.startAgeMax()) + " ago).");
        }
        return given.truncatedTo(ChronoUnit.MILLIS);
    }

    private void requireSize(@Nullable String payload) {
        if (payload != null && JsonShape.isLarger(payload, config.payloadMaxBytes())) {
            throw RunlogException.badInput("Invalid payload: " + TextRules.utf8Bytes(payload)
                    + " bytes (recording.payload-max-bytes is " + config.payloadMaxBytes() + ").");
        }
    }

    private static UUID idOf(RecordingEvent event) {
        return idOf(event.execution(), "id", "externalId");
    }

    private static UUID idOf(ExecutionRef execution, String idName, String externalIdName) {
        UUID id = execution.id();
        if (id == null) {
            throw RunlogException.badInput("Invalid `" + externalIdName + "`: not supported yet.");
        }
        if (!Ids.isTimeOrdered(id)) {
            throw RunlogException.badInput("Invalid `" + idName + "`: " + id + " (expected a UUID version 7; use `"
                    + externalIdName + "` for IDs of your own).");
        }
        return id;
    }

    private static Duration distance(Instant one, Instant other) {
        return Duration.between(one, other).abs();
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}

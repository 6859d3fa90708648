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
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Queued;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.StepEvent;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.text.DurationText;
import dev.runlog.recording.config.RecordingConfig;
import dev.runlog.recording.redaction.Redaction;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
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
    private final Targets targets;

    public EventPolicy(RecordingConfig config, Clock clock) {
        this.config = config;
        this.redaction = new Redaction(config.redactPaths(), config.redactNames(), config.redactTexts());
        this.clock = clock;
        this.targets = new Targets(config, clock);
    }

    public ValidEvent check(RecordingEvent event) {
        if (event instanceof RunStarted started) {
            return toStart(started, false, clock.instant());
        } else if (event instanceof Queued queued) {
            return toStart(queued.run(), true, clock.instant());
        } else if (event instanceof RunFinished finished) {
            return toFinish(finished);
        } else if (event instanceof Completed completed) {
            return toComplete(completed);
        } else if (event instanceof StepsRecorded recorded) {
            return toSteps(recorded);
        } else if (event instanceof Heartbeat heartbeat) {
            return toBeat(heartbeat);
        }
        throw new IllegalStateException("Unknown event type: " + event.getClass());
    }

    /** Fails if the key or name of a workflow is invalid. */
    public void checkWorkflow(@Nullable String key, @Nullable String name) {
        if (key != null) {
            TextRules.requireIdentifier(key, "workflow key", config.nameMaxChars());
        }
        if (name != null) {
            TextRules.requireIdentifier(name, "workflow name", config.nameMaxChars());
        }
    }

    /** Fails if the owner is not a valid subject. */
    public void checkOwner(String owner) {
        TextRules.requireIdentifier(owner, "owner", config.nameMaxChars());
    }

    /** @param fallback start time for an event without one */
    private ValidEvent.Start toStart(RunStarted event, boolean isQueued, Instant fallback) {
        Target target = startTarget(event, fallback);
        checkRef(event.workflow());
        int attempt = event.attempt() == null ? 1 : event.attempt();
        requireAttempt(attempt, "`attempt`");
        Instant time = Ids.timeOf(target.id());
        Target parent = event.parent() == null ? null : targets.ofParent(event.parent(), time);
        Target retryOf = event.retryOf() == null ? null : targets.ofRetried(event.retryOf(), time);
        checkLabels(event.labels());
        checkHeartbeatTimeout(event.heartbeatTimeout());
        if (config.oversize() == RecordingConfig.Oversize.REFUSE) {
            requireSize(event.payload());
        }
        Storable<ExecutionPart> parts = new Storable<>(redaction, config.jsonDepthMax(), ExecutionPart.class);
        return new ValidEvent.Start(
                target,
                event.workflow(),
                isQueued,
                toMillis(isQueued && event.queuedAt() == null ? time : event.queuedAt()),
                toMillis(event.startedAt()),
                parts.text(event.trigger(), config.nameMaxChars(), ExecutionPart.TRIGGER),
                attempt,
                parent,
                retryOf,
                labels(event.labels(), parts),
                parts.json(event.payload(), config.payloadMaxBytes(), ExecutionPart.PAYLOAD),
                new Alterations(parts.truncated(), parts.sanitized(), parts.secrets()),
                event.heartbeatTimeout());
    }

    private static void requireAttempt(int attempt, String what) {
        if (attempt < 1 || attempt > Short.MAX_VALUE) {
            throw RunlogException.badInput(
                    "Invalid " + what + ": " + attempt + " (expected 1 to " + Short.MAX_VALUE + ").");
        }
    }

    private Target startTarget(RunStarted event, Instant otherwise) {
        Instant given = event.queuedAt() == null ? event.startedAt() : event.queuedAt();
        Target target = targets.of(event.execution(), given == null ? otherwise : given);
        RunlogException refusal = target.refusal();
        if (refusal == null && given != null) {
            refusal = targets.startRefusal(event.execution(), given);
        }
        if (refusal == null) {
            return target;
        }
        UUID id = event.execution().id();
        if (id != null && given != null && given.isAfter(Ids.timeOf(id)) && !targets.isTooFarAhead(given)) {
            // It may have waited in a queue for a long time since the time in its ID.
            return Target.of(id, refusal);
        }
        throw refusal;
    }

    private Map<String, String> labels(Map<String, String> labels, Storable<ExecutionPart> parts) {
        Map<String, String> storable = new HashMap<>();
        labels.forEach((key, value) ->
                storable.put(key, parts.value(key, value, config.labelMaxChars(), ExecutionPart.LABELS)));
        return storable;
    }

    private void checkRef(WorkflowRef workflow) {
        checkWorkflow(workflow.key(), workflow.name());
    }

    private void checkLabels(Map<String, String> labels) {
        if (labels.size() > config.labelsMax()) {
            throw RunlogException.badInput(
                    "Too many labels: " + labels.size() + " (recording.labels-max is " + config.labelsMax() + ").");
        }
        labels.keySet().forEach(key -> TextRules.requireIdentifier(key, "label", config.labelMaxChars()));
    }

    private void checkHeartbeatTimeout(@Nullable Duration timeout) {
        if (timeout == null) {
            return;
        }
        if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(config.heartbeatTimeoutMax()) > 0) {
            throw RunlogException.badInput("Invalid `heartbeatTimeout`: " + timeout + " (expected 1 ms to "
                    + DurationText.of(config.heartbeatTimeoutMax()) + ").");
        }
    }

    private ValidEvent.Finish toFinish(RunFinished event) {
        Instant finishedAt = finishedAt(event.finishedAt());
        Instant startedAt = event.startedAt();
        RunlogException startRefusal = startedAt == null ? null : targets.startRefusal(event.execution(), startedAt);
        if (startRefusal != null) {
            startedAt = null;
        }
        List<String> warnings = new ArrayList<>(event.warnings());
        if (startRefusal != null) {
            warnings.add("startedAt ignored: " + startRefusal.getMessage());
        }
        RunlogException finishRefusal =
                event.execution().id() == null ? targets.startRefusal(event.execution(), finishedAt) : null;
        if (finishRefusal != null) {
            warnings.add("finishedAt ignored: " + finishRefusal.getMessage());
        }
        Instant best = startedAt == null ? targets.usable(finishedAt) : startedAt;
        Target target = targets.of(event.execution(), best);
        Instant time = Ids.timeOf(target.id());
        Target parent = unlessInvalid("parent", event.parent(), ref -> targets.ofParent(ref, time), warnings);
        Target retryOf = unlessInvalid("retryOf", event.retryOf(), ref -> targets.ofRetried(ref, time), warnings);
        return toFinish(event, target, event.workflow(), startedAt, finishedAt, parent, retryOf, warnings);
    }

    /** An invalid link never prevents a finish. */
    private static @Nullable Target unlessInvalid(
            String what, @Nullable ExecutionRef named, Function<ExecutionRef, Target> check, List<String> warnings) {
        try {
            return named == null ? null : check.apply(named);
        } catch (RunlogException refusal) {
            warnings.add(what + " ignored: " + refusal.getMessage());
            return null;
        }
    }

    private ValidEvent.Finish toFinish(
            RunFinished event,
            Target target,
            @Nullable WorkflowRef workflow,
            @Nullable Instant startedAt,
            Instant finishedAt,
            @Nullable Target parent,
            @Nullable Target retryOf,
            List<String> warnings) {
        if (workflow != null) {
            checkRef(workflow);
        }
        if (!event.status().isOutcome()) {
            throw RunlogException.badInput(
                    "Invalid `status`: " + event.status() + " (expected SUCCESS, FAILED or CANCELLED).");
        }
        Storable<ExecutionPart> parts = new Storable<>(redaction, config.jsonDepthMax(), ExecutionPart.class);
        String result = parts.json(event.result(), config.resultMaxBytes(), ExecutionPart.RESULT);
        ExecutionError error = event.error() == null
                ? NO_ERROR
                : error(
                        event.error(),
                        parts,
                        ExecutionPart.ERROR_MESSAGE,
                        ExecutionPart.ERROR_TYPE,
                        ExecutionPart.STACK_TRACE,
                        ExecutionPart.ERROR_DETAILS);
        return new ValidEvent.Finish(
                target,
                workflow,
                event.status(),
                toMillis(startedAt),
                finishedAt,
                parent,
                retryOf,
                result,
                error.type(),
                error.message(),
                fingerprint(error),
                error.details(),
                error.stackTrace(),
                new Alterations(parts.truncated(), parts.sanitized(), parts.secrets()),
                warnings);
    }

    /** A wrong clock never prevents a finish: a time in the future counts as now. */
    private Instant finishedAt(@Nullable Instant given) {
        Instant now = clock.instant();
        Instant finishedAt = given == null || given.isAfter(now.plus(config.startAheadMax())) ? now : given;
        return finishedAt.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The storable error of an execution or of a step. */
    private <P extends Enum<P>> ExecutionError error(
            ExecutionError error, Storable<P> parts, P message, P type, P stackTrace, P details) {
        return new ExecutionError(
                parts.text(error.message(), config.errorMessageMaxChars(), message),
                parts.text(error.type(), config.nameMaxChars(), type),
                parts.text(error.stackTrace(), config.stackTraceMaxChars(), stackTrace),
                parts.json(error.details(), config.resultMaxBytes(), details));
    }

    private static @Nullable String fingerprint(ExecutionError error) {
        return error.equals(NO_ERROR) ? null : Fingerprint.of(error.type(), error.message(), error.stackTrace());
    }

    private ValidEvent.Complete toComplete(Completed event) {
        RunFinished finish = event.finish();
        Instant finishedAt = finishedAt(finish.finishedAt());
        ValidEvent.Start start = toStart(event.start(), false, targets.usable(finishedAt));
        return new ValidEvent.Complete(
                start, toFinish(finish, start.target(), start.workflow(), null, finishedAt, null, null, List.of()));
    }

    private ValidEvent.Steps toSteps(StepsRecorded event) {
        if (event.steps().isEmpty()) {
            throw RunlogException.badInput("Invalid `steps`: empty (expected 1 to " + config.stepsMax() + ").");
        }
        if (event.steps().size() > config.stepsMax()) {
            throw RunlogException.badInput("Too many steps in one event: "
                    + event.steps().size() + " (recording.steps-max is " + config.stepsMax() + ").");
        }
        if (event.workflow() != null) {
            checkRef(event.workflow());
        }
        Target target = targets.of(event.execution(), firstTime(event.steps()));
        return new ValidEvent.Steps(
                target,
                event.workflow(),
                event.steps().stream().map(step -> toStep(target.id(), step)).toList());
    }

    /** The earliest time of the steps; now if they have none. */
    private Instant firstTime(List<StepEvent> steps) {
        return steps.stream()
                .flatMap(step -> Stream.of(step.startedAt(), step.finishedAt()))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElseGet(clock::instant);
    }

    private ValidEvent.Beat toBeat(Heartbeat event) {
        if (event.workflow() != null) {
            checkRef(event.workflow());
        }
        return new ValidEvent.Beat(targets.of(event.execution(), clock.instant()), event.workflow());
    }

    private Step toStep(UUID executionId, StepEvent step) {
        requireIndex(step.index(), "`index` of a step");
        String of = " of step " + step.index();
        if (step.parentIndex() != null) {
            requireIndex(step.parentIndex(), "`parentIndex`" + of);
        }
        if (step.attempt() != null) {
            requireAttempt(step.attempt(), "`attempt`" + of);
        }
        if (step.name().isBlank()) {
            throw RunlogException.badInput("Invalid `name`" + of + ": empty.");
        }
        Instant startedAt = checkedTime(step.startedAt(), "`startedAt`" + of);
        Instant finishedAt = checkedTime(step.finishedAt(), "`finishedAt`" + of);
        if (startedAt != null && finishedAt != null && finishedAt.isBefore(startedAt)) {
            throw RunlogException.badInput(
                    "Invalid `finishedAt`" + of + ": " + finishedAt + " (before startedAt, " + startedAt + ").");
        }
        Storable<StepPart> parts = new Storable<>(redaction, config.jsonDepthMax(), StepPart.class);
        String name = parts.text(step.name(), config.nameMaxChars(), StepPart.NAME);
        ExecutionError error = step.error() == null
                ? NO_ERROR
                : error(
                        step.error(),
                        parts,
                        StepPart.ERROR_MESSAGE,
                        StepPart.ERROR_TYPE,
                        StepPart.STACK_TRACE,
                        StepPart.ERROR_DETAILS);
        return Step.builder(executionId, step.index(), Objects.requireNonNull(name), step.status())
                .parentIndex(step.parentIndex())
                .attempt(step.attempt())
                .kind(parts.text(step.kind(), config.nameMaxChars(), StepPart.KIND))
                .startedAt(startedAt)
                .finishedAt(finishedAt)
                .input(parts.json(step.input(), config.payloadMaxBytes(), StepPart.INPUT))
                .output(parts.json(step.output(), config.resultMaxBytes(), StepPart.OUTPUT))
                .error(error.equals(NO_ERROR) ? null : error, fingerprint(error))
                .truncated(parts.truncated())
                .sanitized(parts.sanitized())
                .redacted(parts.redacted())
                .build();
    }

    private void requireIndex(int index, String what) {
        if (index < 0 || index >= config.stepsMax()) {
            throw RunlogException.badInput(
                    "Invalid " + what + ": " + index + " (expected 0 to " + (config.stepsMax() - 1) + ").");
        }
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
            throw RunlogException.badInput("Invalid `payload`: " + TextRules.utf8Bytes(payload)
                    + " bytes (recording.payload-max-bytes is " + config.payloadMaxBytes() + ").");
        }
    }

    private static @Nullable Instant toMillis(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS);
    }
}

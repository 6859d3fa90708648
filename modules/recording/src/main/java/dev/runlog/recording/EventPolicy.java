package dev.runlog.recording;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.Finished;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Started;
import dev.runlog.contract.recording.RecordingEvent.StepEvent;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.WorkflowRef;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which events are taken, and in which form. Everything here fails with {@code BAD_INPUT} and a message that names the
 * value; payloads and other places where secrets may stand are named, never quoted.
 */
final class EventPolicy {
    private final RecordingConfig config;
    private final Redaction redaction;
    private final Clock clock;

    EventPolicy(RecordingConfig config, Clock clock) {
        this.config = config;
        this.redaction = new Redaction(config.redactPaths());
        this.clock = clock;
    }

    ValidEvent check(RecordingEvent event) {
        if (event instanceof Started started) {
            return start(started);
        } else if (event instanceof Finished finished) {
            return finish(finished);
        } else if (event instanceof Completed completed) {
            return complete(completed);
        } else if (event instanceof StepsRecorded recorded) {
            return steps(recorded);
        } else if (event instanceof Heartbeat heartbeat) {
            requireId(heartbeat.executionId());
            return new ValidEvent.Beat(heartbeat.executionId());
        }
        throw new IllegalStateException("An event of no known kind: " + event.getClass());
    }

    /** Fails where a workflow cannot be called that. */
    void checkWorkflow(String key, @Nullable String name) {
        TextRules.requireName(key, "The workflow's key", config.nameMaxChars());
        if (name != null) {
            TextRules.requireName(name, "The workflow's name", config.nameMaxChars());
        }
    }

    /** Fails where nobody can have that subject. */
    void checkOwner(String owner) {
        TextRules.requireName(owner, "The owner", config.nameMaxChars());
    }

    private ValidEvent.Start start(Started event) {
        UUID id = startId(event);
        checkRef(event.workflow());
        TextRules.requireShort(event.trigger(), "The trigger", config.nameMaxChars());
        int attempt = event.attempt() == null ? 1 : event.attempt();
        if (attempt < 1 || attempt > Short.MAX_VALUE) {
            throw RunlogException.badInput("The attempt " + attempt + " is not in 1.." + Short.MAX_VALUE + ".");
        }
        checkParent(event.parentId(), id);
        checkLabels(event.labels());
        checkHeartbeatTimeout(event.heartbeatTimeout());
        Set<ExecutionPart> truncated = EnumSet.noneOf(ExecutionPart.class);
        return new ValidEvent.Start(
                id,
                event.executionId() == null,
                event.workflow(),
                event.trigger(),
                attempt,
                event.parentId(),
                event.labels(),
                json(
                        event.payload(),
                        "The payload",
                        "payload-max-bytes",
                        config.payloadMaxBytes(),
                        ExecutionPart.PAYLOAD,
                        truncated),
                new Alterations(truncated, Set.of(), 0),
                event.heartbeatTimeout());
    }

    private UUID startId(Started event) {
        Instant now = clock.instant();
        if (event.executionId() == null) {
            Instant startedAt = event.startedAt() == null ? now : event.startedAt();
            checkStart(startedAt, now);
            return Ids.at(startedAt);
        }
        UUID id = event.executionId();
        requireId(id);
        Instant start = Ids.timeOf(id);
        checkStart(start, now);
        if (event.startedAt() != null) {
            Duration skew = between(start, event.startedAt());
            if (skew.compareTo(config.startSkewMax()) > 0) {
                throw RunlogException.badInput("startedAt " + event.startedAt() + " is " + skew + " away from " + start
                        + ", the time of the id " + id + "; the limit is " + config.startSkewMax() + ".");
            }
        }
        return id;
    }

    private void checkStart(Instant start, Instant now) {
        if (start.isAfter(now.plus(config.startAheadMax()))) {
            throw RunlogException.badInput("The start " + start + " is in the future by more than "
                    + config.startAheadMax() + "; it is " + now.truncatedTo(ChronoUnit.MILLIS) + ".");
        }
        if (start.isBefore(now.minus(config.startAgeMax()))) {
            throw RunlogException.badInput("The start " + start + " is longer ago than " + config.startAgeMax() + ".");
        }
    }

    private void checkRef(WorkflowRef workflow) {
        if (workflow.key() != null) {
            TextRules.requireName(workflow.key(), "The workflow's key", config.nameMaxChars());
        }
    }

    private static void checkParent(@Nullable UUID parentId, UUID id) {
        if (parentId == null) {
            return;
        }
        requireId(parentId);
        if (parentId.equals(id)) {
            throw RunlogException.badInput("The execution " + id + " cannot be its own parent.");
        }
    }

    private void checkLabels(Map<String, String> labels) {
        if (labels.size() > config.labelsMax()) {
            throw RunlogException.badInput(
                    "There are " + labels.size() + " labels; the limit is " + config.labelsMax() + ".");
        }
        labels.forEach((key, value) -> {
            TextRules.requireName(key, "The label", config.labelMaxChars());
            TextRules.requireShort(value, "The value of the label " + key, config.labelMaxChars());
        });
    }

    private void checkHeartbeatTimeout(@Nullable Duration timeout) {
        if (timeout == null) {
            return;
        }
        if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(config.heartbeatTimeoutMax()) > 0) {
            throw RunlogException.badInput("The heartbeat timeout " + timeout + " is not above zero and at most "
                    + config.heartbeatTimeoutMax() + ".");
        }
    }

    private ValidEvent.Finish finish(Finished event) {
        UUID id = event.executionId();
        requireId(id);
        if (event.workflow() != null) {
            checkRef(event.workflow());
            // It may make the row, so its id is held to the same bounds as a start.
            checkStart(Ids.timeOf(id), clock.instant());
        }
        if (!event.status().isOutcome()) {
            throw RunlogException.badInput(
                    "The status " + event.status() + " is no outcome; SUCCESS, FAILED and CANCELLED are.");
        }
        Set<ExecutionPart> truncated = EnumSet.noneOf(ExecutionPart.class);
        String result = json(
                event.result(),
                "The result",
                "result-max-bytes",
                config.resultMaxBytes(),
                ExecutionPart.RESULT,
                truncated);
        ExecutionError error =
                event.error() == null ? new ExecutionError(null, null, null, null) : error(event.error(), truncated);
        boolean failed = error.type() != null
                || error.message() != null
                || error.stackTrace() != null
                || error.details() != null;
        return new ValidEvent.Finish(
                id,
                event.workflow(),
                event.status(),
                finishedAt(Ids.timeOf(id), event.finishedAt()),
                result,
                error.type(),
                error.message(),
                failed ? Fingerprint.of(error.type(), error.message(), error.stackTrace()) : null,
                error.details(),
                error.stackTrace(),
                new Alterations(truncated, Set.of(), 0));
    }

    /** The finish to the millisecond; one that clocks put a little before the start counts as at the start. */
    private Instant finishedAt(Instant start, @Nullable Instant given) {
        Instant now = clock.instant();
        if (given == null) {
            return latest(start, now.truncatedTo(ChronoUnit.MILLIS));
        }
        if (given.isBefore(start.minus(config.startSkewMax()))) {
            throw RunlogException.badInput("finishedAt " + given + " is before the start " + start + ".");
        }
        if (given.isAfter(now.plus(config.startAheadMax()))) {
            throw RunlogException.badInput("finishedAt " + given + " is in the future by more than "
                    + config.startAheadMax() + "; it is " + now.truncatedTo(ChronoUnit.MILLIS) + ".");
        }
        return latest(start, given.truncatedTo(ChronoUnit.MILLIS));
    }

    private ExecutionError error(ExecutionError error, Set<ExecutionPart> truncated) {
        TextRules.requireShort(error.type(), "The error's type", config.nameMaxChars());
        return new ExecutionError(
                text(
                        error.message(),
                        "The error's message",
                        config.errorMessageMaxChars(),
                        ExecutionPart.ERROR_MESSAGE,
                        truncated),
                error.type(),
                text(
                        error.stackTrace(),
                        "The stack trace",
                        config.stackTraceMaxChars(),
                        ExecutionPart.STACK_TRACE,
                        truncated),
                json(
                        error.details(),
                        "The error's details",
                        "result-max-bytes",
                        config.resultMaxBytes(),
                        ExecutionPart.ERROR_DETAILS,
                        truncated));
    }

    private ValidEvent.Complete complete(Completed event) {
        UUID startId = event.start().executionId();
        UUID finishId = event.finish().executionId();
        if (startId != null && !startId.equals(finishId)) {
            throw RunlogException.badInput("The start is of " + startId + ", the finish of " + finishId + ".");
        }
        ValidEvent.Start start = start(event.start());
        Finished finish = event.finish();
        return new ValidEvent.Complete(
                start,
                finish(new Finished(
                        start.executionId(),
                        event.owner(),
                        event.start().workflow(),
                        finish.status(),
                        finish.finishedAt(),
                        finish.result(),
                        finish.error())));
    }

    private ValidEvent.Steps steps(StepsRecorded event) {
        requireId(event.executionId());
        if (event.steps().isEmpty()) {
            throw RunlogException.badInput("There are no steps.");
        }
        if (event.steps().size() > config.stepsMax()) {
            throw RunlogException.badInput("There are " + event.steps().size()
                    + " steps in one event; the limit, steps-max, is " + config.stepsMax() + ".");
        }
        return new ValidEvent.Steps(
                event.executionId(),
                event.steps().stream()
                        .map(step -> step(event.executionId(), step))
                        .toList());
    }

    private Step step(UUID executionId, StepEvent step) {
        if (step.index() < 0 || step.index() >= config.stepsMax()) {
            throw RunlogException.badInput(
                    "The step's index " + step.index() + " is not in 0.." + (config.stepsMax() - 1) + ".");
        }
        String what = "Step " + step.index();
        TextRules.requireName(step.name(), what + ": its name", config.nameMaxChars());
        TextRules.requireShort(step.kind(), what + ": its kind", config.nameMaxChars());
        Instant startedAt = moment(step.startedAt(), what + ": startedAt");
        Instant finishedAt = moment(step.finishedAt(), what + ": finishedAt");
        if (startedAt != null && finishedAt != null && finishedAt.isBefore(startedAt)) {
            throw RunlogException.badInput(what + ": finishedAt " + finishedAt + " is before " + startedAt + ".");
        }
        return new Step(
                executionId,
                step.index(),
                step.name(),
                step.kind(),
                step.status(),
                startedAt,
                finishedAt,
                stepJson(step.input(), what + ": its input", "payload-max-bytes", config.payloadMaxBytes()),
                stepJson(step.output(), what + ": its output", "result-max-bytes", config.resultMaxBytes()),
                stepJson(step.error(), what + ": its error", "result-max-bytes", config.resultMaxBytes()),
                Set.of(),
                Set.of(),
                Set.of());
    }

    private @Nullable Instant moment(@Nullable Instant given, String what) {
        if (given == null) {
            return null;
        }
        Instant now = clock.instant();
        if (given.isAfter(now.plus(config.startAheadMax())) || given.isBefore(now.minus(config.startAgeMax()))) {
            throw RunlogException.badInput(what + " " + given + " is more than " + config.startAheadMax()
                    + " ahead or longer ago than " + config.startAgeMax() + ".");
        }
        return given.truncatedTo(ChronoUnit.MILLIS);
    }

    /** A step has no mark for what was cut, so that its parts are refused whatever the configuration says. */
    private @Nullable String stepJson(@Nullable String json, String what, String limit, int bytesMax) {
        if (json == null) {
            return null;
        }
        TextRules.requireStorable(json, what);
        String redacted = redaction.apply(json, what);
        requireSize(redacted, what, limit, bytesMax);
        return redacted;
    }

    private @Nullable String json(
            @Nullable String json,
            String what,
            String limit,
            int bytesMax,
            ExecutionPart part,
            Set<ExecutionPart> truncated) {
        if (json == null) {
            return null;
        }
        TextRules.requireStorable(json, what);
        String redacted = redaction.apply(json, what);
        if (config.oversize() == RecordingConfig.Oversize.REFUSE) {
            requireSize(redacted, what, limit, bytesMax);
        } else if (TextRules.utf8Bytes(redacted) > bytesMax) {
            truncated.add(part);
            return asJsonString(redacted, bytesMax);
        }
        return redacted;
    }

    private static void requireSize(String json, String what, String limit, int bytesMax) {
        long bytes = TextRules.utf8Bytes(json);
        if (bytes > bytesMax) {
            throw RunlogException.badInput(
                    what + " has " + bytes + " bytes; the limit, " + limit + ", is " + bytesMax + ".");
        }
    }

    /** The first characters as a JSON string, with its quotes and escapes within the limit. */
    private static String asJsonString(String text, int bytesMax) {
        StringBuilder string = new StringBuilder("\"");
        int room = Math.max(0, bytesMax - 2);
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            String escaped =
                    String.valueOf(JsonStringEncoder.getInstance().quoteAsString(Character.toString(codePoint)));
            room -= Math.toIntExact(TextRules.utf8Bytes(escaped));
            if (room < 0) {
                break;
            }
            string.append(escaped);
            at += Character.charCount(codePoint);
        }
        return string.append('"').toString();
    }

    private static @Nullable String text(
            @Nullable String text, String what, int charsMax, ExecutionPart part, Set<ExecutionPart> truncated) {
        TextRules.requireStorable(text, what);
        if (text == null || text.length() <= charsMax) {
            return text;
        }
        truncated.add(part);
        return TextRules.cut(text, charsMax);
    }

    private static void requireId(UUID id) {
        if (!Ids.isTimeOrdered(id)) {
            throw RunlogException.badInput("The id " + id + " is not a UUID of version 7.");
        }
    }

    private static Duration between(Instant one, Instant other) {
        return Duration.between(one, other).abs();
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}

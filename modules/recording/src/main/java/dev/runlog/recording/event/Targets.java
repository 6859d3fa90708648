package dev.runlog.recording.event;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.text.DurationText;
import dev.runlog.recording.config.RecordingConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Checks the IDs and the start times of executions. Refusals are {@code BAD_INPUT}. */
final class Targets {
    private final RecordingConfig config;
    private final Clock clock;

    Targets(RecordingConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * The execution of an event. Fails if its ID is invalid.
     *
     * @param time the best known time of its start, for an ID that is generated
     */
    Target of(ExecutionRef execution, Instant time) {
        return of(execution, time, "externalId");
    }

    /** An execution that another one names as its parent. It started before that one, so it gets the same time. */
    Target ofParent(ExecutionRef parent, Instant time) {
        return of(parent, time, "parentExternalId");
    }

    /** An execution that another one repeats. It started before that one, so it gets the same time. */
    Target ofRetried(ExecutionRef retried, Instant time) {
        return of(retried, time, "retryOfExternalId");
    }

    private Target of(ExecutionRef execution, Instant time, String externalIdName) {
        UUID id = execution.id();
        if (id != null) {
            return Target.of(id, refusal(Ids.timeOf(id)));
        }
        RunlogException refusal = refusal(time);
        UUID newId = Ids.at(refusal == null ? time : clock.instant());
        ExternalId externalId = execution.externalId();
        if (externalId == null) {
            return Target.generated(newId, refusal);
        }
        ExternalId.requireId(externalId.id(), externalIdName);
        if (externalId.source() != null) {
            TextRules.requireIdentifier(externalId.source(), "`source`", ExternalId.SOURCE_CHARS_MAX);
        }
        return Target.of(externalId, newId, refusal);
    }

    /** Why a time cannot be the start of an execution, given by an event; null if it can. */
    @Nullable
    RunlogException startRefusal(ExecutionRef execution, Instant startedAt) {
        UUID id = execution.id();
        if (id == null) {
            return refusal(startedAt);
        }
        Instant time = Ids.timeOf(id);
        if (Duration.between(time, startedAt).abs().compareTo(config.startSkewMax()) > 0) {
            return RunlogException.badInput("Invalid `startedAt`: " + startedAt + " (expected at most "
                    + DurationText.of(config.startSkewMax()) + " from " + time + ", the time in `id`; see"
                    + " recording.start-skew-max).");
        }
        return startedAt.isAfter(time) ? tooFarAhead(startedAt, clock.instant()) : null;
    }

    /** The time, or now if no execution can be created at that time. */
    Instant usable(Instant time) {
        return refusal(time) == null ? time : clock.instant();
    }

    boolean isTooFarAhead(Instant time) {
        return tooFarAhead(time, clock.instant()) != null;
    }

    /** Why no execution can be created at a time; null if it can. */
    private @Nullable RunlogException refusal(Instant start) {
        Instant now = clock.instant();
        if (start.isBefore(now.minus(config.startAgeMax()))) {
            return RunlogException.badInput("Invalid time: " + start + " is too long ago (recording.start-age-max is "
                    + DurationText.of(config.startAgeMax()) + ").");
        }
        return tooFarAhead(start, now);
    }

    private @Nullable RunlogException tooFarAhead(Instant start, Instant now) {
        return start.isAfter(now.plus(config.startAheadMax()))
                ? RunlogException.badInput("Invalid time: " + start
                        + " is too far in the future (server time " + now.truncatedTo(ChronoUnit.MILLIS)
                        + ", recording.start-ahead-max is " + DurationText.of(config.startAheadMax()) + ").")
                : null;
    }
}

package dev.runlog.contract.recording;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records events in order and replies once they are committed. A bad event does not affect the others; the whole
 * request fails only with {@code FORBIDDEN}, {@code OVERLOADED} or {@code INTERNAL}.
 */
public record RecordEvents(Viewer viewer, List<RecordingEvent> events) implements Request<RecordEvents.Outcomes> {
    public RecordEvents {
        events = List.copyOf(events);
    }

    /** Outcome of each event, in the order of the request. */
    public record Outcomes(List<Outcome> outcomes) implements Message {
        public Outcomes {
            outcomes = List.copyOf(outcomes);
        }
    }

    /** What became of an event. */
    public enum Verdict {
        RECORDED,
        /** It was already recorded; nothing changed. */
        DUPLICATE,
        REJECTED
    }

    /**
     * Outcome of one event.
     *
     * @param execution state after the event; null if rejected
     * @param code error code if rejected; otherwise null
     * @param message error message if rejected; otherwise null
     * @param warnings human-readable reasons why parts of the event were ignored
     */
    public record Outcome(
            Verdict verdict,
            @Nullable Execution execution,
            @Nullable ErrorCode code,
            @Nullable String message,
            List<String> warnings) {
        public Outcome {
            warnings = List.copyOf(warnings);
        }

        public static Outcome recorded(Execution execution) {
            return new Outcome(Verdict.RECORDED, execution, null, null, List.of());
        }

        public static Outcome duplicate(Execution execution) {
            return new Outcome(Verdict.DUPLICATE, execution, null, null, List.of());
        }

        public static Outcome rejected(RunlogException error) {
            return new Outcome(Verdict.REJECTED, null, error.code(), error.getMessage(), List.of());
        }

        public Outcome withWarnings(List<String> added) {
            return new Outcome(verdict, execution, code, message, added);
        }

        /** Returns the execution after the event; throws the error if the event was rejected. */
        public Execution orThrow() {
            if (execution == null) {
                throw new RunlogException(
                        code == null ? ErrorCode.INTERNAL : code, message == null ? "Rejected." : message, null, null);
            }
            return execution;
        }
    }
}

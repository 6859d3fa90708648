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
 * Records events in their order and answers after the commits that hold them. One bad event costs only itself; the
 * whole request fails only with {@code FORBIDDEN}, {@code OVERLOADED} or {@code INTERNAL}.
 */
public record RecordEvents(Viewer viewer, List<RecordingEvent> events) implements Request<RecordEvents.Outcomes> {
    public RecordEvents {
        events = List.copyOf(events);
    }

    /** How each event fared, in the order of the request. */
    public record Outcomes(List<Outcome> outcomes) implements Message {
        public Outcomes {
            outcomes = List.copyOf(outcomes);
        }
    }

    /** What became of an event. */
    public enum Kind {
        RECORDED,
        /** It was known already; nothing was changed. */
        DUPLICATE,
        REJECTED
    }

    /**
     * How one event fared.
     *
     * @param execution as it stands after the event; null where it was rejected
     * @param code why it was rejected; null where it was not
     * @param message why it was rejected, naming the value; null where it was not
     */
    public record Outcome(
            Kind kind,
            @Nullable Execution execution,
            @Nullable ErrorCode code,
            @Nullable String message) {

        public static Outcome recorded(Execution execution) {
            return new Outcome(Kind.RECORDED, execution, null, null);
        }

        public static Outcome duplicate(Execution execution) {
            return new Outcome(Kind.DUPLICATE, execution, null, null);
        }

        public static Outcome rejected(RunlogException why) {
            return new Outcome(Kind.REJECTED, null, why.code(), why.getMessage());
        }

        /** The execution as it stands after the event; throws why where the event was rejected. */
        public Execution orThrow() {
            if (execution == null) {
                throw new RunlogException(
                        code == null ? ErrorCode.INTERNAL : code, message == null ? "Rejected." : message, null, null);
            }
            return execution;
        }
    }
}

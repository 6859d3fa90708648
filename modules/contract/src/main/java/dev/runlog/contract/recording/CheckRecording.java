package dev.runlog.contract.recording;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import org.jspecify.annotations.Nullable;

/** Checks whether this server accepts events at the moment. */
public record CheckRecording() implements Request<CheckRecording.State> {

    /**
     * Whether events are accepted.
     *
     * @param refusal why all events are rejected, such as a nearly full disk; null if events are accepted
     */
    public record State(@Nullable String refusal) implements Message {}
}

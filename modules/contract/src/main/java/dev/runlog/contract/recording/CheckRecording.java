package dev.runlog.contract.recording;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import org.jspecify.annotations.Nullable;

/** Whether this server records at the moment. */
public record CheckRecording() implements Request<CheckRecording.State> {

    /**
     * The answer.
     *
     * @param refusal why everything is refused, such as a disk that is nearly full; null if events are taken
     */
    public record State(@Nullable String refusal) implements Message {}
}

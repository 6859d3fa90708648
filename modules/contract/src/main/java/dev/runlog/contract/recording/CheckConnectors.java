package dev.runlog.contract.recording;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import java.util.Map;

/** Checks whether the sources that this server reads events from can be reached. Has no handler if there are none. */
public record CheckConnectors() implements Request<CheckConnectors.States> {

    /** {@code UP} or {@code DOWN} for each source, by its name. */
    public record States(Map<String, String> states) implements Message {
        public static final States NONE = new States(Map.of());

        public States {
            states = Map.copyOf(states);
        }
    }
}

package dev.runlog.contract.bus;

import java.util.Map;

/**
 * Announces to the other processes of a cluster that this one is alive, and the messages that it has published.
 *
 * @param origin ID of the process
 * @param announced number of the latest announcement in each of its streams
 */
record Beat(String origin, Map<String, Long> announced) implements Event {
    Beat {
        announced = Map.copyOf(announced);
    }
}

package dev.runlog.contract.bus;

import java.util.Map;

/**
 * Tells other processes that this one is alive, and how much it has announced.
 *
 * @param origin names the process
 * @param announced the number of the newest announcement of each of its streams
 */
record Beat(String origin, Map<String, Long> announced) implements Event {
    Beat {
        announced = Map.copyOf(announced);
    }
}

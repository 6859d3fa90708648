package dev.runlog.contract.querying;

import dev.runlog.contract.bus.LoopRequest;
import dev.runlog.contract.bus.Message;

/** Checks that the database responds; fails with {@code OVERLOADED} otherwise. */
public record CheckHealth() implements LoopRequest<CheckHealth.Healthy> {

    /**
     * The database responds.
     *
     * @param postgresVersion such as {@code 18.6}
     */
    public record Healthy(String postgresVersion) implements Message {}
}

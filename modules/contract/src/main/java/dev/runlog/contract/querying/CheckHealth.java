package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;

/** Whether the database answers: fails with {@code OVERLOADED} where it does not. */
public record CheckHealth() implements Request<CheckHealth.Healthy> {

    /**
     * The database answered.
     *
     * @param postgresVersion such as {@code 18.6}
     */
    public record Healthy(String postgresVersion) implements Message {}
}

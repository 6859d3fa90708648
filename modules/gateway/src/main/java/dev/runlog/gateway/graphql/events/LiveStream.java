package dev.runlog.gateway.graphql.events;

import dev.runlog.gateway.graphql.protocol.ResultStream;
import dev.runlog.gateway.graphql.render.EventRenderer;
import dev.runlog.gateway.live.LiveSource;
import org.jspecify.annotations.Nullable;

/**
 * The data of a subscription.
 *
 * @param source the events
 * @param renderer turns an event into a result
 * @param cursorVariable the variable that holds the cursor and has no effect on results; null if there is none
 */
record LiveStream(
        LiveSource source, EventRenderer renderer, @Nullable String cursorVariable) implements ResultStream {}

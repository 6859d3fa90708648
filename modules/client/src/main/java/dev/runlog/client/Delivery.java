package dev.runlog.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;

/** A batch on its way. If the server refuses it, it is split until each bad event stands alone. */
final class Delivery {
    /** If this many single events are refused and none is accepted, the events are not the cause. */
    private static final int REFUSED_ALONE_MAX = 20;

    private final LossReporter losses;
    private final Deque<List<Event>> parts = new ArrayDeque<>();
    private boolean isAnyAccepted;
    private int refusedAlone;

    Delivery(List<Event> batch, LossReporter losses) {
        this.losses = losses;
        if (!batch.isEmpty()) {
            parts.add(batch);
        }
    }

    boolean isDone() {
        return parts.isEmpty();
    }

    /** Returns the events of the next request. */
    List<Event> next() {
        return parts.getFirst();
    }

    /** Returns the events without an outcome, in order. */
    List<Event> rest() {
        return parts.stream().flatMap(List::stream).toList();
    }

    /** The last request was recorded, except for the lines that the report rejects, and for parts that it warns about. */
    void recorded(JsonNode report) {
        List<Event> events = parts.pop();
        isAnyAccepted = true;
        forEach(
                report.path("rejected"),
                events,
                (event, rejected) -> losses.rejected(
                        event,
                        rejected.path("code").asText(),
                        rejected.path("message").asText()));
        forEach(
                report.path("warnings"),
                events,
                (event, warning) -> losses.warned(event, warning.path("message").asText()));
    }

    private static void forEach(JsonNode entries, List<Event> events, BiConsumer<Event, JsonNode> use) {
        for (JsonNode entry : entries) {
            int line = entry.path("line").asInt();
            if (line >= 1 && line <= events.size()) {
                use.accept(events.get(line - 1), entry);
            }
        }
    }

    /** The server refused the last request as a whole. */
    void refused(String reason) {
        List<Event> events = parts.pop();
        if (events.size() > 1) {
            int half = events.size() / 2;
            parts.push(events.subList(half, events.size()));
            parts.push(events.subList(0, half));
            return;
        }
        Event shorter = events.get(0).shortened();
        if (shorter != null) {
            parts.push(List.of(shorter));
            return;
        }
        losses.lost(1, reason);
        refusedAlone++;
        if (!isAnyAccepted && refusedAlone >= REFUSED_ALONE_MAX) {
            lose(reason);
        }
    }

    /** Gives up the rest. */
    void lose(String reason) {
        losses.lost(rest().size(), reason);
        parts.clear();
    }

    /** Leaves the rest to the spool. */
    void handOver() {
        parts.clear();
    }
}

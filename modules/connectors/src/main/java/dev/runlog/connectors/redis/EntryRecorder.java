package dev.runlog.connectors.redis;

import dev.runlog.connectors.redis.Settlement.DeadLetter;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordingEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Records the events of entries, and decides what becomes of each entry. */
final class EntryRecorder {
    private final Requests bus;
    private final RedisConfig config;
    private final EntryEvents events;
    private final Viewer viewer;

    EntryRecorder(Requests bus, RedisConfig config) {
        this.bus = bus;
        this.config = config;
        this.events = new EntryEvents(config);
        this.viewer = new Viewer(
                config.owner(), config.trustOwner() ? Set.of(Scope.WRITE, Scope.ENGINE) : Set.of(Scope.WRITE));
    }

    /** An entry with its event. */
    private record Parsed(StreamEntry entry, RecordingEvent event) {}

    /** Fails if recording is unavailable at the moment; then no entry is settled. */
    Future<Settlement> record(List<StreamEntry> entries) {
        List<Parsed> readable = new ArrayList<>(entries.size());
        List<DeadLetter> dead = new ArrayList<>();
        for (StreamEntry entry : entries) {
            try {
                readable.add(new Parsed(entry, events.read(entry)));
            } catch (RunlogException refused) {
                dead.add(new DeadLetter(entry.id(), refused.code(), refused.getMessage()));
            }
        }
        return send(readable).map(outcomes -> settlement(readable, outcomes, dead));
    }

    /** Sends the events. A request that fails with {@code INTERNAL} is split, so that one event does not stop the others. */
    private Future<List<Outcome>> send(List<Parsed> entries) {
        if (entries.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return bus.request(new RecordEvents(
                        viewer, entries.stream().map(Parsed::event).toList()))
                .map(RecordEvents.Outcomes::outcomes)
                .recover(failure -> {
                    if (!(failure instanceof RunlogException known) || known.code() != ErrorCode.INTERNAL) {
                        return Future.failedFuture(failure);
                    }
                    if (entries.size() == 1) {
                        return Future.succeededFuture(List.of(Outcome.rejected(known)));
                    }
                    int middle = entries.size() / 2;
                    return send(entries.subList(0, middle))
                            .compose(first -> send(entries.subList(middle, entries.size()))
                                    .map(second -> joined(first, second)));
                });
    }

    private static List<Outcome> joined(List<Outcome> first, List<Outcome> second) {
        List<Outcome> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    private Settlement settlement(List<Parsed> entries, List<Outcome> outcomes, List<DeadLetter> dead) {
        List<String> recorded = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            StreamEntry entry = entries.get(i).entry();
            Outcome outcome = outcomes.get(i);
            ErrorCode code = outcome.code();
            if (code == null) {
                recorded.add(entry.id());
            } else if (isFinal(code, entry)) {
                dead.add(new DeadLetter(entry.id(), code, Objects.requireNonNullElse(outcome.message(), code.name())));
            }
        }
        return new Settlement(recorded, dead);
    }

    /** A run that is not found may still be on its way, with another consumer. */
    private boolean isFinal(ErrorCode code, StreamEntry entry) {
        return switch (code) {
            case BAD_INPUT, UNAUTHENTICATED, FORBIDDEN, CONFLICT -> true;
            case NOT_FOUND -> entry.deliveries() >= config.deliveriesMax();
            case RATE_LIMITED, OVERLOADED, INTERNAL -> false;
        };
    }
}

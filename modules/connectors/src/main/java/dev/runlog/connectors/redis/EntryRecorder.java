package dev.runlog.connectors.redis;

import dev.runlog.connectors.redis.Settlement.DeadLetter;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.event.EventReader;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Queued;
import dev.runlog.contract.recording.RecordingEvent.Started;
import dev.runlog.contract.text.SafeText;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** Records the events of entries, and decides what becomes of each entry. */
final class EntryRecorder {
    private final Requests bus;
    private final RedisConfig config;
    private final Viewer viewer;

    EntryRecorder(Requests bus, RedisConfig config) {
        this.bus = bus;
        this.config = config;
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
                readable.add(new Parsed(entry, event(entry)));
            } catch (RunlogException refused) {
                dead.add(new DeadLetter(entry.id(), refused.code(), refused.getMessage()));
            }
        }
        return send(readable).map(outcomes -> settlement(readable, outcomes, dead));
    }

    private RecordingEvent event(StreamEntry entry) {
        byte[] line = entry.event();
        if (line == null) {
            throw RunlogException.badInput(
                    entry.length() < 0
                            ? "Missing field `event`."
                            : "The field `event` is too long: " + entry.length()
                                    + " bytes (connectors.redis.entry-max-bytes is " + config.entryMaxBytes() + ").");
        }
        RecordingEvent event = EventReader.read(line, 0, line.length);
        String owner = event.owner();
        if (owner != null && !owner.equals(config.owner()) && !config.trustOwner()) {
            throw RunlogException.forbidden("Invalid `owner`: " + SafeText.show(owner) + " (expected "
                    + SafeText.show(config.owner()) + ", connectors.redis.trust-owner is false).");
        }
        if (!event.execution().equals(ExecutionRef.NEW)) {
            return event;
        }
        return event instanceof Queued queued
                ? new Queued(withDerivedId(entry, line, queued.run()))
                : event instanceof Started start ? withDerivedId(entry, line, start) : event;
    }

    private Started withDerivedId(StreamEntry entry, byte[] line, Started start) {
        return start.withExecution(ExecutionRef.of(derivedId(entry, line, start)));
    }

    /**
     * The ID of a start that has none. It is the same at each delivery, so the execution is recorded once. Without a
     * start time, the time in the ID of the entry counts. The event is part of the name, because streams on different
     * servers have the same entry IDs.
     */
    private UUID derivedId(StreamEntry entry, byte[] line, Started start) {
        MessageDigest name = sha256();
        name.update(
                (config.stream() + '\0' + config.owner() + '\0' + entry.id() + '\0').getBytes(StandardCharsets.UTF_8));
        Instant time = start.queuedAt() == null ? start.startedAt() : start.queuedAt();
        return Ids.derived(time == null ? entry.time() : time, name.digest(line));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
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

package dev.runlog.connectors.redis;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.event.EventReader;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.Queued;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.text.SafeText;
import dev.runlog.contract.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * Reads the events of entries. The result is the same at each delivery, so an event is recorded once: what is missing is
 * taken from the entry.
 */
final class EntryEvents {
    private final RedisConfig config;

    EntryEvents(RedisConfig config) {
        this.config = config;
    }

    /** Fails if the entry can never be recorded. */
    RecordingEvent read(StreamEntry entry) {
        byte[] line = entry.event();
        if (line == null) {
            throw RunlogException.badInput(
                    entry.length() < 0
                            ? "Missing field `event`."
                            : "The field `event` is too long: " + entry.length()
                                    + " bytes (connectors.redis.entry-max-bytes is " + config.entryMaxBytes() + ").");
        }
        RecordingEvent event = EventReader.read(line, 0, line.length);
        requireOwner(event);
        Instant added = entry.time();
        return identified(added == null ? event : dated(event, added), entry, line);
    }

    private void requireOwner(RecordingEvent event) {
        String owner = event.owner();
        if (owner != null && !owner.equals(config.owner()) && !config.trustOwner()) {
            throw RunlogException.forbidden("Invalid `owner`: " + SafeText.show(owner) + " (expected "
                    + SafeText.show(config.owner()) + ", connectors.redis.trust-owner is false).");
        }
    }

    /** An event without a time happened when its entry was added, which may be long before it is recorded. */
    private static RecordingEvent dated(RecordingEvent event, Instant added) {
        if (event instanceof Queued queued) {
            return new Queued(queuedAt(queued.run(), added));
        } else if (event instanceof RunStarted start) {
            return startedAt(start, added);
        } else if (event instanceof RunFinished finish) {
            return finishedAt(finish, added);
        } else if (event instanceof Completed completed) {
            return new Completed(startedAt(completed.start(), added), finishedAt(completed.finish(), added));
        }
        return event;
    }

    private static RunStarted queuedAt(RunStarted run, Instant added) {
        return run.queuedAt() != null || run.execution().id() != null
                ? run
                : run.toBuilder().queuedAt(added).build();
    }

    private static RunStarted startedAt(RunStarted start, Instant added) {
        return start.startedAt() != null || start.execution().id() != null
                ? start
                : start.toBuilder().startedAt(added).build();
    }

    private static RunFinished finishedAt(RunFinished finish, Instant added) {
        return finish.finishedAt() != null
                ? finish
                : finish.toBuilder().finishedAt(added).build();
    }

    /** A run without an ID gets one that is derived from the entry. */
    private RecordingEvent identified(RecordingEvent event, StreamEntry entry, byte[] line) {
        if (!event.execution().equals(ExecutionRef.NEW)) {
            return event;
        }
        if (event instanceof Queued queued) {
            return new Queued(identified(queued.run(), entry, line));
        }
        return event instanceof RunStarted start ? identified(start, entry, line) : event;
    }

    private RunStarted identified(RunStarted start, StreamEntry entry, byte[] line) {
        Instant time = start.queuedAt() == null ? start.startedAt() : start.queuedAt();
        if (time == null) {
            throw RunlogException.badInput("Missing `id`, `externalId` or a time: the ID of the entry is not a time.");
        }
        // The event belongs to the name, since streams on different servers have the same entry IDs.
        String name = String.join(
                "\0", config.stream(), config.owner(), entry.id(), new String(line, StandardCharsets.ISO_8859_1));
        return start.toBuilder().executionId(Ids.derived(time, Sha256.of(name))).build();
    }
}

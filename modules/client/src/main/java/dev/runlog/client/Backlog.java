package dev.runlog.client;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events that are on disk until the server is available again; never any without a spool. Reports failures of the disk. */
final class Backlog {
    private final @Nullable Spool spool;
    private final LossReporter losses;
    private boolean isFailing;
    private volatile boolean isEmpty = true;

    /** @param directory null for no spool */
    Backlog(@Nullable Path directory, long maxBytes, LossReporter losses) {
        this.spool = directory == null ? null : new Spool(directory, maxBytes);
        this.losses = losses;
    }

    /**
     * Finds the events of earlier processes.
     *
     * @throws IllegalStateException if another recorder uses the directory
     */
    void open() {
        if (spool == null) {
            return;
        }
        try {
            spool.open();
        } catch (Spool.InUse inUse) {
            throw new IllegalStateException(inUse.getMessage());
        } catch (IOException | RuntimeException failure) {
            failed(failure);
        }
        isEmpty = spool.isEmpty();
    }

    boolean isConfigured() {
        return spool != null;
    }

    /** May be called on any thread. */
    boolean isEmpty() {
        return isEmpty;
    }

    boolean hasMoreThan(int events) {
        return spool != null && spool.hasMoreThan(events);
    }

    /** Writes events to the disk, except heartbeats; returns false if that is impossible. */
    boolean keep(List<Event> events) {
        if (spool == null) {
            return false;
        }
        List<Event> kept = events.stream()
                .filter(event -> event.kind() != Event.Kind.HEARTBEAT)
                .toList();
        try {
            if (!kept.isEmpty()) {
                spool.append(kept);
                isFailing = false;
            }
            return true;
        } catch (IOException | RuntimeException failure) {
            failed(failure);
            return false;
        } finally {
            isEmpty = spool.isEmpty();
        }
    }

    /** Returns the oldest events, which may be none although there are others. They stay until {@link #remove}. */
    List<Event> first(int eventsMax, long linesMaxBytes) {
        if (spool == null) {
            return List.of();
        }
        try {
            return spool.first(eventsMax, linesMaxBytes);
        } catch (IOException unreadable) {
            losses.spoolFailed("Cannot read a file of the spool: " + unreadable);
            return List.of();
        } finally {
            isEmpty = spool.isEmpty();
        }
    }

    void remove(int events) {
        if (spool != null) {
            spool.remove(events);
            isEmpty = spool.isEmpty();
        }
    }

    void close() {
        if (spool != null) {
            spool.close();
        }
    }

    /** Reports the first of several failures in a row. */
    private void failed(Exception failure) {
        if (!isFailing) {
            isFailing = true;
            losses.spoolFailed("Cannot write to the spool; events wait in memory only: " + failure);
        }
    }
}

package dev.runlog.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The events that wait and those that are being sent, bounded in number and bytes. The last quarter of both is for
 * events that end a run: a lost start is made up for by its finish, a lost finish by nothing.
 */
final class EventBuffer {
    private final int eventsMax;
    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Event> waiting = new ArrayDeque<>();
    private int events;
    private long bytes;
    private long added;
    private long done;
    private boolean closed;

    EventBuffer(int eventsMax, long bytesMax) {
        this.eventsMax = eventsMax;
        this.bytesMax = bytesMax;
    }

    /** Whether there was room. */
    boolean add(Event event) {
        lock.lock();
        try {
            long eventsAllowed = event.finish() ? eventsMax : eventsMax - eventsMax / 4;
            long bytesAllowed = event.finish() ? bytesMax : bytesMax - bytesMax / 4;
            if (closed || events >= eventsAllowed || bytes + event.memoryBytes() > bytesAllowed) {
                return false;
            }
            waiting.add(event);
            events++;
            bytes += event.memoryBytes();
            added++;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for events and returns the oldest, as many as fit into a request but at least one; none once the buffer is
     * closed and empty. They count as held until they are {@link #done}.
     */
    List<Event> take(int batchMax, long batchMaxBytes) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.await();
            }
            List<Event> batch = new ArrayList<>();
            long size = 0;
            while (batch.size() < batchMax && !waiting.isEmpty()) {
                size += waiting.element().line().length + 1L;
                if (size > batchMaxBytes && !batch.isEmpty()) {
                    break;
                }
                batch.add(waiting.remove());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Frees the room of events that were sent or given up. */
    void done(List<Event> batch) {
        lock.lock();
        try {
            for (Event event : batch) {
                events--;
                bytes -= event.memoryBytes();
            }
            done += batch.size();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything that was added before this call is done; returns false if time ran out. */
    boolean awaitDone(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long target = added;
            long left = nanos;
            while (done < target) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more events. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes out what waits. */
    List<Event> drain() {
        lock.lock();
        try {
            List<Event> rest = new ArrayList<>(waiting);
            waiting.clear();
            return rest;
        } finally {
            lock.unlock();
        }
    }
}

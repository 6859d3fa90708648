package dev.runlog.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Holds waiting events and those being sent, bounded in number and bytes. The last quarter is reserved for finishes: a
 * finish makes up for a lost start, but nothing makes up for a lost finish.
 */
final class EventBuffer {
    private final int eventsMax;
    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Event> waiting = new ArrayDeque<>();
    private int events;
    private long bytes;
    private long added;
    private long done;
    private boolean closed;

    EventBuffer(int eventsMax, long bytesMax) {
        this.eventsMax = eventsMax;
        this.bytesMax = bytesMax;
    }

    /** Adds an event; returns false if there is no room. */
    boolean add(Event event) {
        lock.lock();
        try {
            boolean isFinish = event.kind() == Event.Kind.FINISH;
            long eventsAllowed = isFinish ? eventsMax : eventsMax - eventsMax / 4;
            long bytesAllowed = isFinish ? bytesMax : bytesMax - bytesMax / 4;
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
     * Waits for events and returns the oldest, at least one and as many as fit into a request. Returns none once the
     * buffer is empty and either closed or {@code stop} returns true. The events take up room until {@link #done}.
     *
     * @param stop evaluated at the call and after each {@link #wake}
     */
    List<Event> take(int batchMax, long batchMaxBytes, BooleanSupplier stop) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !closed && !stop.getAsBoolean()) {
                changed.await();
            }
            return poll(batchMax, batchMaxBytes);
        } finally {
            lock.unlock();
        }
    }

    /** Returns the oldest events as {@link #take} does, without waiting. */
    List<Event> poll(int batchMax, long batchMaxBytes) {
        lock.lock();
        try {
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

    /** Returns events to the front, in their order. */
    void putBack(List<Event> batch) {
        lock.lock();
        try {
            for (int i = batch.size() - 1; i >= 0; i--) {
                waiting.addFirst(batch.get(i));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Wakes waiting threads, which evaluate their condition again. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Frees the room of events that were sent, dropped or written to the disk. */
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

    /** Waits until all events added before this call are done, and a condition holds; returns false on timeout. */
    boolean awaitDone(long nanos, BooleanSupplier condition) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long target = added;
            long left = nanos;
            while (done < target || !condition.getAsBoolean()) {
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

    /** Rejects further events. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

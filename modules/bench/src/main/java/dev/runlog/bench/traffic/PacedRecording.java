package dev.runlog.bench.traffic;

import dev.runlog.bench.support.Pause;
import java.util.List;

/** Posts parts at a fixed rate, each on a new connection. */
public final class PacedRecording implements Runnable {
    private final EventSender sender;
    private final List<EventSender.Part> parts;
    private final double perSecond;
    private volatile boolean stopped;
    private long recorded;
    private long nanos = 1;

    public PacedRecording(int port, List<EventSender.Part> parts, double perSecond) {
        this.sender = new EventSender(port);
        this.parts = parts;
        this.perSecond = perSecond;
    }

    @Override
    public void run() {
        long began = System.nanoTime();
        for (EventSender.Part part : parts) {
            if (stopped) {
                return;
            }
            long due = began + (long) (recorded / perSecond * 1e9);
            long early = due - System.nanoTime();
            if (early > 0) {
                Pause.millis(early / 1_000_000);
            }
            sender.post(new EventSender.Body(List.of(part)));
            recorded += part.lines();
            nanos = System.nanoTime() - began;
        }
    }

    public void stop() {
        stopped = true;
    }

    public double perSecond() {
        return recorded * 1e9 / nanos;
    }
}

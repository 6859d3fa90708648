package dev.runlog.app.database;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The free space of the embedded database's file systems. Space below a minimum is low, until there is a quarter more
 * than that.
 */
final class FreeSpace {
    private static final Logger log = LoggerFactory.getLogger(FreeSpace.class);
    private static final double RESUME_FACTOR = 1.25;

    private final List<Path> paths;
    private final long minBytes;
    private volatile long bytes = Long.MAX_VALUE;
    private volatile boolean low;

    /**
     * Creates a monitor and measures the free space once.
     *
     * @param paths one path in each file system
     * @param minBytes minimum free space; 0 for none
     */
    FreeSpace(List<Path> paths, long minBytes, MeterRegistry meters) {
        this.paths = List.copyOf(paths);
        this.minBytes = minBytes;
        Gauge.builder("runlog.database.free", () -> bytes)
                .description("Free space for the embedded database.")
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("runlog.database.space.low", () -> low ? 1 : 0)
                .description("1 while recording is paused because free space is below database.free-min, otherwise 0.")
                .register(meters);
        check();
    }

    /** Measures the free space, and logs when it becomes low or sufficient again. */
    void check() {
        try {
            long least = Long.MAX_VALUE;
            for (Path path : paths) {
                least = Math.min(least, Files.getFileStore(path).getUsableSpace());
            }
            measured(least);
        } catch (IOException unreadable) {
            log.debug("Cannot measure free space: {}", unreadable.toString());
        }
    }

    /** Free bytes at the last check. */
    long bytes() {
        return bytes;
    }

    /** Why recording is paused; empty while there is enough space. */
    Optional<String> refusal() {
        return low
                ? Optional.of("Low disk space: " + megabytes(bytes) + " MB free (database.free-min: "
                        + megabytes(minBytes) + " MB). Recording is paused; reads and cleanups continue.")
                : Optional.empty();
    }

    private void measured(long free) {
        bytes = free;
        if (!low && free < minBytes) {
            low = true;
            log.warn(
                    "Low disk space: {} MB free (database.free-min: {} MB). Recording is paused.",
                    megabytes(free),
                    megabytes(minBytes));
        } else if (low && free >= minBytes * RESUME_FACTOR) {
            low = false;
            log.info("Recording resumes: {} MB of disk space free.", megabytes(free));
        }
    }

    private static long megabytes(long bytes) {
        return bytes >> 20;
    }
}

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
 * The free space of the embedded database's file systems. It is low below a minimum, and stays so until there is a
 * quarter more, so that it does not flap.
 */
final class FreeSpace {
    private static final Logger log = LoggerFactory.getLogger(FreeSpace.class);
    private static final double ENOUGH = 1.25;

    private final List<Path> paths;
    private final long minBytes;
    private volatile long bytes = Long.MAX_VALUE;
    private volatile boolean low;

    /**
     * Measured once already.
     *
     * @param paths one in each of the file systems
     * @param minBytes 0 for no minimum
     */
    FreeSpace(List<Path> paths, long minBytes, MeterRegistry meters) {
        this.paths = List.copyOf(paths);
        this.minBytes = minBytes;
        Gauge.builder("runlog.database.free", () -> bytes)
                .description("Free space for the embedded database.")
                .baseUnit("bytes")
                .register(meters);
        Gauge.builder("runlog.database.space.low", () -> low ? 1 : 0)
                .description("1 while free space is below database.free-min and recording is refused, otherwise 0.")
                .register(meters);
        check();
    }

    /** Measures the free space, and logs if it has become low or is no longer. */
    void check() {
        try {
            long least = Long.MAX_VALUE;
            for (Path path : paths) {
                least = Math.min(least, Files.getFileStore(path).getUsableSpace());
            }
            measured(least);
        } catch (IOException unreadable) {
            log.debug("Free space is not known: {}", unreadable.toString());
        }
    }

    /** Bytes that were free at the last check. */
    long bytes() {
        return bytes;
    }

    /** Why nothing may be recorded; empty while there is enough space. */
    Optional<String> refusal() {
        return low
                ? Optional.of("Low disk space: " + megabytes(bytes) + " MB free (database.free-min: "
                        + megabytes(minBytes) + " MB). Recording is paused; reads and cleanups go on.")
                : Optional.empty();
    }

    private void measured(long free) {
        bytes = free;
        if (!low && free < minBytes) {
            low = true;
            log.warn(
                    "Recording is paused: {} MB of disk space are free, less than database.free-min ({} MB).",
                    megabytes(free),
                    megabytes(minBytes));
        } else if (low && free >= minBytes * ENOUGH) {
            low = false;
            log.info("Recording goes on: {} MB of disk space are free.", megabytes(free));
        }
    }

    private static long megabytes(long bytes) {
        return bytes >> 20;
    }
}

package dev.runlog.bench.result;

import dev.runlog.bench.database.Postgres;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The machine of the measurements.
 *
 * @param hugePages reserved huge pages, which PostgreSQL uses for shared memory if there are enough; null if unknown
 */
public record Machine(
        int cores,
        String processor,
        long memoryBytes,
        @Nullable Integer hugePages,
        String system,
        String java,
        String postgres,
        Instant time) {

    public static Machine describe(Postgres database) {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                line("/proc/cpuinfo", "model name").orElse("unknown processor"),
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getTotalMemorySize(),
                line("/proc/meminfo", "HugePages_Total").map(Integer::valueOf).orElse(null),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                database.get("SHOW server_version"),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    /** Value of a name in a kernel file; empty if it is not there. */
    private static Optional<String> line(String file, String name) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst();
        } catch (IOException noSuchFile) {
            return Optional.empty();
        }
    }
}

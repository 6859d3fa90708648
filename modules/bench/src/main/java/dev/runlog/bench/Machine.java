package dev.runlog.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What the figures were measured on. */
record Machine(
        int cores, String processor, long memoryBytes, String system, String java, String postgres, Instant time) {

    static Machine describe(Postgres database) {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                processorName(),
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                        .getTotalMemorySize(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                database.get("SHOW server_version"),
                Instant.now().truncatedTo(ChronoUnit.SECONDS));
    }

    private static String processorName() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException noSuchFile) {
            return "unknown processor";
        }
    }
}

package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.app.HonestTraffic.Latencies;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Hostile and honest clients together, against a server in a process of its own with the launcher's options: for ten
 * seconds, or as long as {@code -Drunlog.soak=PT10M} says. What honest clients see is printed; only that they are
 * served in the end is asserted, as times are those of the machine.
 */
@ExtendWith(PostgresExtension.class)
final class SoakTest {
    private static final Duration ATTACK = Duration.parse(System.getProperty("runlog.soak", "PT10S"));
    private static final Duration IDLE = Duration.ofSeconds(3);
    private static final double HEAP_AFTER_BYTES_MAX = 128 << 20;
    private static final long RESIDENT_KB_MAX = 800 << 10;

    @Test
    void honestClientsAreServedUnderAttack(TestDatabase database) throws Exception {
        long seed = Long.getLong("runlog.seed", new Random().nextLong());
        System.out.println("Soak of " + ATTACK + ", -Drunlog.seed=" + seed);
        Map<String, String> environment = RunningServer.environment(
                database.url(), "JAVA_OPTS", "@" + Path.of(System.getProperty("runlog.root"), "config", "jvm.options"));
        try (ServerProcess process = ServerProcess.start(environment);
                RunningServer server = RunningServer.of(process, environment)) {
            HonestTraffic honest = new HonestTraffic(server);
            honest.run(IDLE);
            System.out.println("Idle:         " + honest.run(IDLE));

            Latencies underAttack;
            try (HostileTraffic hostile = new HostileTraffic(server, seed)) {
                underAttack = honest.run(ATTACK);
                System.out.println("Under attack: " + underAttack);
                System.out.println("Attacks:      " + hostile.rounds());
                assertThat(hostile.rounds()).doesNotContainKey("tokens wrongly accepted");
            }
            System.out.println("Afterwards:   " + honest.run(IDLE));

            assertThat(process.process().isAlive()).isTrue();
            assertThat(honest.surprises()).isEmpty();
            assertThat(underAttack.requests()).isPositive();
            assertThat(stored(database)).containsAll(honest.recorded());
            RunningServer.awaitThat(() -> server.metric("runlog_bodies_bytes") == 0);
            assertMemoryIsBounded(process.process(), server);
        }
    }

    private static void assertMemoryIsBounded(Process process, RunningServer server) throws Exception {
        Process collection = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(collection.waitFor(1, TimeUnit.MINUTES)).isTrue();
        double heap = heapBytes(server);
        long resident = residentKbMax(process.pid());
        System.out.printf(
                "Memory:       %.0f MB of heap afterwards, at most %d MB resident%n", heap / (1 << 20), resident >> 10);
        assertThat(heap).isLessThan(HEAP_AFTER_BYTES_MAX);
        assertThat(resident).isLessThan(RESIDENT_KB_MAX);
    }

    private static double heapBytes(RunningServer server) {
        return server.get("/metrics", "")
                .body()
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** The most that was resident so far; 0 where the system does not say. */
    private static long residentKbMax(long pid) throws IOException {
        Path status = Path.of("/proc/" + pid + "/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static Set<UUID> stored(TestDatabase database) throws SQLException {
        Set<UUID> ids = new HashSet<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT e.id FROM execution e JOIN workflow w ON w.id = e.workflow_id"
                                + " WHERE w.key = 'honest'")) {
            while (rows.next()) {
                ids.add(rows.getObject(1, UUID.class));
            }
        }
        return ids;
    }
}

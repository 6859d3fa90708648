package dev.runlog.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.bench.database.Postgres;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class ProcessorTimeTest {
    private static final long PID = ProcessHandle.current().pid();
    private static final double QUARTER = 0.25;

    @Test
    @EnabledOnOs(OS.LINUX)
    void countsThreadsByTheirFullNames() throws InterruptedException {
        ProcessorTime before = ProcessorTime.read(PID, null).orElseThrow();
        CountDownLatch used = new CountDownLatch(1);
        CountDownLatch measured = new CountDownLatch(1);
        Thread busy = new Thread(() -> useQuarterSecond(used, measured), "a thread with a long (name)");

        busy.start();
        used.await();
        Cores cores = ProcessorTime.read(PID, null).orElseThrow().since(before, 1, 0.5);
        Map<Long, String> names = ThreadNames.of(PID);
        measured.countDown();
        busy.join();

        List<Long> found = cores.busiest("a thread with a long (name)", names);
        assertThat(found).hasSize(1);
        assertThat(cores.of(found.get(0))).isGreaterThanOrEqualTo(QUARTER - 0.02);
        assertThat(cores.server()).isGreaterThanOrEqualTo(QUARTER - 0.02);
        assertThat(cores.client()).isEqualTo(0.5);
        assertThat(cores.database()).isNull();
    }

    private static void useQuarterSecond(CountDownLatch used, CountDownLatch measured) {
        while (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() < QUARTER * 1e9) {
            Thread.onSpinWait();
        }
        used.countDown();
        try {
            measured.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void countsProcessesOfTheDatabaseThatHaveEnded(TestDatabase database) {
        Postgres postgres = Postgres.of(database.url());
        Long mainProcess = ProcessorTime.mainProcess(postgres);
        ProcessorTime before = ProcessorTime.read(PID, mainProcess).orElseThrow();

        // Closes its connection, whose process ends soon after.
        postgres.get("SELECT sum(sqrt(n)) FROM generate_series(1, 1000000) AS n");

        ProcessorTime after = ProcessorTime.read(PID, mainProcess).orElseThrow();
        assertThat(Objects.requireNonNull(after.since(before, 1, 0).database())).isGreaterThan(0.03);
    }

    @Test
    void findsNoThreadsOfAProcessThatHasExited() {
        assertThat(ProcessorTime.read(Long.MAX_VALUE, null)).isEmpty();
    }

    @Test
    void readsFieldsAfterANameWithSpacesAndParentheses() {
        ProcessorTime.Stat stat = ProcessorTime.Stat.parse(
                "42 (postgres: a) b) S 7 42 42 0 -1 4194560 1000 0 0 0 150 50 30 20 20 0 1 0 1 2 3\n");

        assertThat(stat).isEqualTo(new ProcessorTime.Stat("postgres: a) b", 7, 2.0, 0.5));
    }

    @Test
    void countsWaitingForDisksAsIdle() {
        assertThat(ProcessorTime.idleSeconds("cpu  4751608 144260 1214262 1222466 30322 0 58446 0 0 0"))
                .isEqualTo(12_527.88);
    }
}

package dev.runlog.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoresTest {
    private static final Map<Long, String> NAMES =
            Map.of(1L, "vert.x-eventloop-thread-0", 2L, "vert.x-eventloop-thread-1", 3L, "VM Thread");

    @Test
    void describesMediansOfTheRounds() {
        List<Cores> rounds = List.of(
                new Cores(0.1, 0.8, Map.of(1L, 0.2, 2L, 0.5), 0.7, 0.1),
                new Cores(0.2, 0.9, Map.of(1L, 0.9, 2L, 0.6), 0.6, 0.2),
                new Cores(0.3, 0.7, Map.of(1L, 0.1, 2L, 0.4), 0.5, 0.3));

        assertThat(Cores.median(rounds).describe(NAMES))
                .isEqualTo(
                        "cores: client 0.20, server 0.80 (busiest thread vert.x-eventloop-thread-1: 0.50), database 0.60");
    }

    @Test
    void omitsADatabaseElsewhere() {
        Cores cores = new Cores(0.1, 0.8, Map.of(), null, 0);

        assertThat(Cores.median(List.of(cores, cores)).describe(NAMES)).isEqualTo("cores: client 0.10, server 0.80");
    }

    @Test
    void findsTheBusiestThreadsWithAName() {
        Cores cores = new Cores(0, 1, Map.of(1L, 0.1, 2L, 0.2, 3L, 0.6, 4L, 0.9), null, 0);

        assertThat(cores.busiest("vert.x-eventloop", NAMES)).containsExactly(2L, 1L);
    }
}

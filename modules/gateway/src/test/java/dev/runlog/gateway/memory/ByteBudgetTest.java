package dev.runlog.gateway.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ByteBudgetTest {
    private static final long TOTAL = 32 << 20;
    private static final long PER_OWNER = 8 << 20;
    private static final long PER_ADDRESS = 16 << 20;
    private static final long BODY = 1 << 20;

    private final ByteBudget budget = new ByteBudget(TOTAL, PER_OWNER, PER_ADDRESS);

    @Test
    void leavesRoomForAnotherOwnerAtTheSameAddress() {
        IntStream.range(0, 240)
                .forEach(i -> budget.open("mallory-" + i % 8, "10.0.0.1").resize(BODY));

        assertThat(budget.open("honest", "10.0.0.1").resize(64 << 10)).isTrue();
    }

    @Test
    void leavesRoomForAnotherOwnerAtAnotherAddress() {
        IntStream.range(0, 240)
                .forEach(i -> budget.open("mallory-" + i % 8, "10.0.0." + i % 3).resize(BODY));

        assertThat(budget.open("honest", "10.0.0.4").resize(64 << 10)).isTrue();
    }

    @Test
    void limitsWhatOneOwnerHolds() {
        ByteBudget.Share share = budget.open("greedy", "10.0.0.1");

        assertThat(share.resize(PER_OWNER)).isTrue();
        assertThat(budget.open("greedy", "10.0.0.2").resize(1)).isFalse();
    }

    @Test
    void takesBackWhatWasReleased() {
        ByteBudget.Share share = budget.open("greedy", "10.0.0.1");
        share.resize(PER_OWNER);

        share.release();

        assertThat(budget.bytes()).isZero();
        assertThat(budget.open("greedy", "10.0.0.1").resize(PER_OWNER)).isTrue();
    }

    @Test
    void countsTheSharesOfSeveralThreads() {
        IntStream.range(0, 4).parallel().forEach(thread -> {
            for (int round = 0; round < 10_000; round++) {
                ByteBudget.Share share = budget.open("busy-" + thread % 2, "10.0.0.1");
                share.resize(BODY);
                share.resize(2 * BODY);
                share.release();
            }
        });

        assertThat(budget.bytes()).isZero();
        assertThat(budget.open("busy-0", "10.0.0.1").resize(PER_OWNER)).isTrue();
    }
}

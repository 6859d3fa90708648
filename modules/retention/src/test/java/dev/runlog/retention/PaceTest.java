package dev.runlog.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final Duration BATCH = Duration.ofMillis(4);
    private final RetentionConfig config = Configs.with(5, "", Duration.ZERO);
    private final Pace pace = new Pace(config);

    @Test
    void restsAMultipleOfTheBatchTime() {
        assertThat(pace.restAfter(pace.batchSize(), BATCH, false)).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void doesNotRestWhenAlone() {
        assertThat(pace.restAfter(pace.batchSize(), BATCH, true)).isZero();
    }

    @Test
    void keepsTheBatchSizeAtTheTargetTime() {
        int before = pace.batchSize();

        pace.restAfter(before, BATCH, false);
        pace.restAfter(before, Duration.ofMillis(50), true);

        assertThat(pace.batchSize()).isEqualTo(before);
    }

    @Test
    void shrinksSlowBatchesDownToTheMinimum() {
        pace.restAfter(pace.batchSize(), Duration.ofMillis(6), false);
        int slower = pace.batchSize();
        pace.restAfter(pace.batchSize(), Duration.ofSeconds(1), false);

        assertThat(slower).isEqualTo(config.batchSize() * 2 / 3);
        assertThat(pace.batchSize()).isEqualTo(25);
    }

    @Test
    void shrinksBatchesWhenNoLongerAlone() {
        pace.restAfter(pace.batchSize(), Duration.ofMillis(7), true);
        int alone = pace.batchSize();

        pace.restAfter(alone, Duration.ofMillis(7), false);

        assertThat(pace.batchSize()).isLessThan(alone);
    }

    @Test
    void growsFastFullBatchesUpToTheMaximum() {
        pace.restAfter(pace.batchSize(), Duration.ofSeconds(1), false);
        int small = pace.batchSize();

        pace.restAfter(small - 1, Duration.ofMillis(1), false);
        assertThat(pace.batchSize()).isEqualTo(small);

        for (int i = 0; i < 10; i++) {
            pace.restAfter(pace.batchSize(), Duration.ofMillis(1), false);
        }
        assertThat(pace.batchSize()).isEqualTo(config.batchSize());
    }
}

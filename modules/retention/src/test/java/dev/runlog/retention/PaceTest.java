package dev.runlog.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final Duration BATCH = Duration.ofMillis(80);
    private final Pace pace = new Pace(Configs.with(0.5, "", Duration.ZERO));

    @Test
    void restsNotWhereItIsAlone() {
        assertThat(pace.after(BATCH, Duration.ZERO, false)).isZero();
        assertThat(pace.after(BATCH, Duration.ZERO, false)).isZero();
    }

    @Test
    void restsAPartOfTheBatchWhereOthersAreAtTheDatabase() {
        assertThat(pace.after(BATCH, Duration.ZERO, true)).isEqualTo(BATCH.dividedBy(2));
    }

    @Test
    void restsWhileAnythingIsRecordedHoweverQuickly() {
        assertThat(pace.after(BATCH, Duration.ofNanos(200_000), false)).isEqualTo(BATCH.dividedBy(2));
    }

    @Test
    void restsFourTimesAsLongAndTakesLessWhereRecordingIsSlow() {
        int before = pace.size();

        Duration rest = pace.after(BATCH, Duration.ofSeconds(1), true);

        assertThat(rest).isEqualTo(BATCH.multipliedBy(2));
        assertThat(pace.size()).isLessThan(before);
    }

    @Test
    void stopsRestingSomeBatchesAfterTheOthersHaveGone() {
        pace.after(BATCH, Duration.ZERO, true);
        int rests = 0;
        while (!pace.after(BATCH, Duration.ZERO, false).isZero()) {
            rests++;
        }

        assertThat(rests).isBetween(1, 20);
    }

    @Test
    void takesLessAtOnceBesideOthersThanAlone() {
        Pace beside = new Pace(Configs.with(0.5, "", Duration.ZERO));
        pace.after(BATCH, Duration.ZERO, false);
        beside.after(BATCH, Duration.ZERO, true);

        assertThat(beside.size()).isLessThan(pace.size());
    }

    @Test
    void takesSomeRowsAtLeastHoweverSlowTheDatabaseIs() {
        for (int i = 0; i < 20; i++) {
            pace.after(Duration.ofSeconds(1), Duration.ofSeconds(1), true);
        }

        int most = Configs.with(0.5, "", Duration.ZERO).batchSize();
        assertThat(pace.size()).isEqualTo(most / 4);
    }

    @Test
    void takesMoreWhileTheDatabaseIsQuickAndLessOnceItIsSlow() {
        for (int i = 0; i < 10; i++) {
            pace.after(Duration.ofMillis(5), Duration.ZERO, false);
        }
        int quick = pace.size();
        pace.after(Duration.ofSeconds(1), Duration.ZERO, false);

        assertThat(quick).isEqualTo(Configs.with(0.5, "", Duration.ZERO).batchSize());
        assertThat(pace.size()).isEqualTo(quick / 2);
    }
}

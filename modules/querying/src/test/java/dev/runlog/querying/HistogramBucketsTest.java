package dev.runlog.querying;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HistogramBucketsTest {
    @ParameterizedTest
    @CsvSource({
        "2026-07-15T10:00:00Z, 2026-07-15T10:00:00.001Z, 60, PT15M, 1",
        "2026-07-15T10:00:00Z, 2026-07-16T01:00:00Z, 60, PT15M, 60",
        "2026-07-15T10:01:00Z, 2026-07-16T01:01:00Z, 60, PT30M, 31",
        "2026-07-14T10:07:00Z, 2026-07-15T10:07:00Z, 60, PT30M, 49",
        "2026-06-15T00:00:00Z, 2026-07-15T00:00:00Z, 60, PT12H, 60",
        "2026-06-15T00:00:00Z, 2026-07-15T00:00:00Z, 30, P1D, 30",
        "2026-06-15T00:00:00Z, 2026-07-15T00:00:00Z, 1, P91D, 1",
        "2026-07-15T00:00:00Z, 2026-07-16T00:00:00Z, 1, P1D, 1",
        "1970-01-01T00:00:00Z, 2026-07-15T00:00:00Z, 60, P364D, 58",
        "0000-01-01T00:00:00Z, 9999-12-31T00:00:00Z, 1, ,1"
    })
    void areTheNarrowestOfWhichEnoughFit(Instant from, Instant to, int max, @Nullable Duration width, int count) {
        HistogramBuckets buckets = HistogramBuckets.of(from, to, max);

        List<Instant> bounds = buckets.bounds();
        assertThat(bounds.size() - 1).isLessThanOrEqualTo(max);
        assertThat(bounds.get(0)).isEqualTo(from);
        assertThat(bounds.get(bounds.size() - 1)).isEqualTo(to);
        assertThat(bounds).isSorted().doesNotHaveDuplicates();
        assertThat(bounds.size() - 1).isEqualTo(count);
        if (width != null) {
            assertThat(buckets.width()).isEqualTo(width);
        }
    }

    @Test
    void weeksBeginOnMonday() {
        HistogramBuckets buckets =
                HistogramBuckets.of(Instant.parse("2025-07-15T10:00:00Z"), Instant.parse("2026-07-15T10:00:00Z"), 60);

        assertThat(buckets.width()).isEqualTo(Duration.ofDays(7));
        assertThat(buckets.bounds().get(1).atZone(ZoneOffset.UTC).getDayOfWeek())
                .isEqualTo(DayOfWeek.MONDAY);
    }
}

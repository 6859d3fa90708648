package dev.runlog.contract.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class IdsTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00.123Z");

    @Test
    void holdsItsTimeToTheMillisecond() {
        UUID id = Ids.at(NOON.plusNanos(456_789));

        assertThat(Ids.timeOf(id)).isEqualTo(NOON);
        assertThat(Ids.isTimeOrdered(id)).isTrue();
    }

    @Test
    void lowerBoundSeparatesAMillisecondFromThePreviousOne() {
        UUID bound = Ids.lowerBound(NOON);

        // As text, since UUID.compareTo compares signed halves and PostgreSQL compares bytes.
        assertThat(bound.toString()).isLessThanOrEqualTo(Ids.at(NOON).toString());
        assertThat(bound.toString()).isGreaterThan(Ids.at(NOON.minusMillis(1)).toString());
    }

    @Test
    void detectsOtherUuidVersions() {
        assertThat(Ids.isTimeOrdered(UUID.randomUUID())).isFalse();
        assertThat(Ids.isTimeOrdered(new UUID(0, 0))).isFalse();
    }
}

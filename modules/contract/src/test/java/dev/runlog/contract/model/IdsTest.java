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
    void derivesTheSameIdFromTheSameTimeAndHash() {
        byte[] hash = {-1, -1, 2, 3, 4, 5, 6, 7, 8, 9};
        UUID id = Ids.derived(NOON.plusNanos(456_789), hash);

        assertThat(id).isEqualTo(Ids.derived(NOON, hash.clone()));
        assertThat(Ids.timeOf(id)).isEqualTo(NOON);
        assertThat(Ids.isTimeOrdered(id)).isTrue();
        hash[9]++;
        assertThat(Ids.derived(NOON, hash)).isNotEqualTo(id);
        assertThat(Ids.timeOf(Ids.derived(Instant.MIN, hash))).isEqualTo(Instant.EPOCH);
        assertThat(Ids.timeOf(Ids.derived(Instant.MAX, hash))).isEqualTo(Instant.EPOCH);
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

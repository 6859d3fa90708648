package dev.runlog.contract.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.retention.CleanupProgressed;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GapDetectorTest {
    private final GapDetector here = new GapDetector("here");
    private final GapDetector there = new GapDetector("there");
    private int gaps;

    @BeforeEach
    void listen() {
        here.listenTo(CleanupProgressed.class);
        here.onGap(() -> gaps++);
    }

    @Test
    void reportsNoGapWhenAllAnnouncementsArrive() {
        for (int i = 0; i < 10; i++) {
            here.received(there.stamp(CleanupProgressed.class));
            here.received(there.beat());
            here.tick();
        }

        assertThat(gaps).isZero();
        assertThat(here.peers()).isEqualTo(1);
    }

    @Test
    void reportsAMissingNumber() {
        here.received(there.stamp(CleanupProgressed.class));
        there.stamp(CleanupProgressed.class);
        here.received(there.stamp(CleanupProgressed.class));
        here.tick();
        here.tick();

        assertThat(gaps).isEqualTo(1);
    }

    @Test
    void reportsAMissingLastAnnouncement() {
        here.received(there.stamp(CleanupProgressed.class));
        there.stamp(CleanupProgressed.class);

        here.received(there.beat());
        here.tick();
        assertThat(gaps).as("it may be in transit").isZero();
        here.received(there.beat());
        here.tick();

        assertThat(gaps).isEqualTo(1);
    }

    @Test
    void reportsAProcessThatStopsSendingBeats() {
        here.received(there.beat());
        for (int i = 0; i < 3; i++) {
            here.tick();
        }
        assertThat(gaps).isZero();

        here.tick();

        assertThat(gaps).isEqualTo(1);
        assertThat(here.peers()).isZero();
    }

    @Test
    void reportsAnnouncementsMissedWhileDisconnected() {
        here.received(there.stamp(CleanupProgressed.class));
        here.received(there.beat());
        for (int i = 0; i < 4; i++) {
            here.tick();
        }
        there.stamp(CleanupProgressed.class);

        here.received(there.beat());
        here.received(there.beat());
        here.tick();

        assertThat(gaps).as("once when beats stop, once when they resume").isEqualTo(2);
    }

    @Test
    void ignoresItselfAndTypesWithoutListeners() {
        here.received(new GapDetector.Stamp("here 1 " + CleanupProgressed.class.getName(), 7));
        Beat beat = new Beat("there", Map.of("there 1 another.Type", 5L));
        here.received(beat);
        here.received(beat);
        here.tick();

        assertThat(gaps).isZero();
    }
}

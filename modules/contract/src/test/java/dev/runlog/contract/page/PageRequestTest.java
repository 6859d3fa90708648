package dev.runlog.contract.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runlog.contract.error.RunlogException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class PageRequestTest {
    @Test
    void usesTheDefaultSizeForwardWithoutArguments() {
        assertThat(of(null, null)).isEqualTo(PageRequest.first(20));
    }

    @Test
    void goesBackwardWithLast() {
        assertThat(of(null, 5)).isEqualTo(PageRequest.lastBefore(5, null));
    }

    @Test
    void rejectsBothDirectionsAtOnce() {
        assertThatExceptionOfType(RunlogException.class)
                .isThrownBy(() -> of(1, 1))
                .withMessage("Use either `first` or `last`, not both.");
    }

    @Test
    void rejectsSizesOutOfRangeAndShowsThem() {
        assertThatExceptionOfType(RunlogException.class)
                .isThrownBy(() -> of(-1, null))
                .withMessage("Invalid `first`: -1 (expected 0 to 200).");
        assertThatExceptionOfType(RunlogException.class)
                .isThrownBy(() -> of(null, 2_000_000_000))
                .withMessage("Invalid `last`: 2000000000 (expected 0 to 200).");
    }

    private static PageRequest of(@Nullable Integer first, @Nullable Integer last) {
        return PageRequest.of(first, null, last, null, Cursor.Order.EXECUTION_START, 20, 200);
    }
}

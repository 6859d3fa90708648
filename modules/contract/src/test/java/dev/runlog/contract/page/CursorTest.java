package dev.runlog.contract.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CursorTest {
    @Test
    void decodesWhatItEncoded() {
        Cursor cursor = new Cursor(Cursor.Order.EXECUTION_DURATION, -1, Ids.next());

        Cursor decoded = Cursor.decode(cursor.encode(), Cursor.Order.EXECUTION_DURATION);

        assertThat(decoded).isEqualTo(cursor);
    }

    @Test
    void rejectsCursorOfAnotherList() {
        String workflows = Cursor.of(Cursor.Order.WORKFLOW, Ids.next()).encode();

        assertThatExceptionOfType(RunlogException.class)
                .isThrownBy(() -> Cursor.decode(workflows, Cursor.Order.EXECUTION_START))
                .withMessageContaining(workflows)
                .extracting(RunlogException::code)
                .isEqualTo(ErrorCode.BAD_INPUT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "not a cursor", "AAAA", "Y3Vyc29yOjEw", "\u0000", "💥"})
    void rejectsGarbageAndShowsIt(String garbage) {
        assertThatExceptionOfType(RunlogException.class)
                .isThrownBy(() -> Cursor.decode(garbage, Cursor.Order.EXECUTION_START))
                .withMessageContaining("'" + garbage.replace("\0", "\\u0000") + "'");
    }
}

package dev.runlog.contract.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;
import org.quicktheories.generators.SourceDSL;

final class CursorFuzzTest {
    @Test
    void decodesOrRejectsAnyText() {
        Gen<String> texts = Inputs.near(
                Cursor.of(Cursor.Order.EXECUTION_START, Ids.next()).encode(),
                new Cursor(Cursor.Order.EXECUTION_DURATION, -1, Ids.next()).encode(),
                new Cursor(Cursor.Order.STEP, Long.MAX_VALUE, new UUID(0, -1)).encode());

        Fuzz.check(texts, text -> {
            for (Cursor.Order order : Cursor.Order.values()) {
                Fuzz.accepts(
                        () -> assertThat(Cursor.decode(text, order).order()).isEqualTo(order));
            }
        });
    }

    @Test
    void decodesWhatItEncoded() {
        Gen<Long> numbers = SourceDSL.longs().all();
        Gen<Cursor> cursors = SourceDSL.arbitrary()
                .enumValues(Cursor.Order.class)
                .zip(numbers, numbers.zip(numbers, UUID::new), (order, value, id) -> new Cursor(order, value, id));

        Fuzz.check(cursors, cursor -> assertThat(Cursor.decode(cursor.encode(), cursor.order()))
                .isEqualTo(cursor));
    }
}

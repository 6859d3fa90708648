package dev.runlog.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import org.junit.jupiter.api.Test;
import org.quicktheories.generators.SourceDSL;

final class CursorsFuzzTest {
    private static final long NUMBER_MAX = (1L << 48) - 2;

    private final Cursors cursors =
            new Cursors(new Cursors.Epoch(), new Watch(Watch.Type.CHANGES, "alice", null, ExecutionQuery.all()));

    /** Any change of a cursor leads nowhere. */
    @Test
    void readsOrRefusesAnyText() {
        String cursor = cursors.of(7);

        Fuzz.checkParser(
                Inputs.near(cursor, cursors.of(1L << 40), "0bf7b6ab-1"),
                text -> assertThat(cursors.numberIn(text).orElse(7)).isIn(7L, 1L << 40));
    }

    @Test
    void readsTheNumberThatItWrote() {
        Fuzz.check(SourceDSL.longs().between(0, NUMBER_MAX), number -> assertThat(cursors.numberIn(cursors.of(number)))
                .hasValue(number));
    }
}

package dev.runlog.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.querying.ExecutionQuery;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CursorsTest {
    private static final Watch ALICES = new Watch(Watch.Type.CHANGES, "alice", null, ExecutionQuery.all());

    private final Cursors.Epoch epoch = new Cursors.Epoch();
    private final Cursors cursors = new Cursors(epoch, ALICES);

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 65_536, 4_294_967_296L, (1L << 47) + 5})
    void readsTheNumberThatItWrote(long number) {
        assertThat(cursors.numberIn(cursors.of(number))).hasValue(number);
    }

    /** Two equal ones would show that nothing was recorded in between. */
    @Test
    void writesEachCursorDifferently() {
        Set<String> written = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            written.add(cursors.of(7));
        }

        assertThat(written).hasSize(1000);
    }

    @Test
    void leadsNowhereForAnotherRunWatchOrSnapshot() {
        Watch bobs = new Watch(Watch.Type.CHANGES, "bob", null, ExecutionQuery.all());

        assertThat(cursors.numberIn(new Cursors(new Cursors.Epoch(), ALICES).of(7)))
                .isEmpty();
        assertThat(cursors.numberIn(new Cursors(epoch, bobs).of(7))).isEmpty();
        assertThat(cursors.numberIn(cursors.of(Cursors.NO_POSITION))).isEmpty();
    }

    @Test
    void leadsNowhereWhereAnyCharacterWasChanged() {
        String cursor = cursors.of(7);
        for (int at = 9; at < cursor.length(); at++) {
            char other = cursor.charAt(at) == '0' ? '1' : '0';

            assertThat(cursors.numberIn(cursor.substring(0, at) + other + cursor.substring(at + 1)))
                    .as("changed at %d", at)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "0bf7b6ab", "0bf7b6ab-", "0bf7b6ab-\u0000", "0BF7B6AB-1", "zzzzzzzz-1"})
    void refusesWhatIsNoCursor(String text) {
        assertThatThrownBy(() -> cursors.numberIn(text))
                .isInstanceOf(RunlogException.class)
                .hasMessageContaining("is not a cursor of a subscription");
    }
}

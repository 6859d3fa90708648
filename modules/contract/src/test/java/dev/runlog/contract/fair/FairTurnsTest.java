package dev.runlog.contract.fair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.fair.FairTurns.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FairTurnsTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    @Test
    void givesAllPlacesToASingleOwner() {
        FairTurns<String> turns = turns(3, 1);
        add(turns, "ada", 5);

        assertThat(startAll(turns)).hasSize(3);
    }

    @Test
    void keepsReservedPlacesForOwnersWithoutAPlace() {
        FairTurns<String> turns = turns(3, 1);
        add(turns, "eve", 5);
        startAll(turns);

        add(turns, "ada", 2);

        assertThat(startAll(turns)).extracting(Turn::task).containsExactly("ada-0");
    }

    @Test
    void refillsReservedPlacesBeforeServingOwnersWithAPlace() {
        FairTurns<String> turns = turns(2, 1);
        add(turns, "eve", 5);
        List<Turn<String>> ofEve = startAll(turns);
        add(turns, "ada", 1);
        startAll(turns);

        turns.end(ofEve.get(0), MILLI);
        assertThat(startAll(turns)).isEmpty();
        turns.end(ofEve.get(1), MILLI);
        assertThat(startAll(turns)).extracting(Turn::task).containsExactly("eve-2");
    }

    @Test
    void servesOthersBeforeTheRestOfAFlood() {
        FairTurns<String> turns = turns(1, 0);
        add(turns, "eve", 1000);
        Turn<String> running = start(turns);

        add(turns, "ada", 1);
        turns.end(running, 10 * MILLI);

        assertThat(start(turns).task()).isEqualTo("ada-0");
    }

    @Test
    void sharesTimeRatherThanTasks() {
        FairTurns<String> turns = turns(1, 0);
        add(turns, "eve", 1000);
        add(turns, "ada", 1000);

        int ofEve = 0;
        int ofAda = 0;
        for (int i = 0; i < 500; i++) {
            Turn<String> turn = start(turns);
            boolean eve = turn.task().startsWith("eve");
            turns.end(turn, eve ? 20 * MILLI : MILLI);
            ofEve += eve ? 1 : 0;
            ofAda += eve ? 0 : 1;
        }

        assertThat((double) ofAda / ofEve).isBetween(18.0, 22.0);
    }

    @Test
    void ignoresTimeUsedBeforeOthersWereActive() {
        FairTurns<String> turns = turns(1, 0);
        add(turns, "ada", 1000);
        for (int i = 0; i < 900; i++) {
            turns.end(start(turns), 10 * MILLI);
        }

        add(turns, "eve", 100);
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Turn<String> turn = start(turns);
            served.add(turn.task());
            turns.end(turn, 10 * MILLI);
        }

        assertThat(served).filteredOn(task -> task.startsWith("ada")).hasSizeBetween(9, 11);
    }

    @Test
    void givesNoCreditForIdleTime() {
        FairTurns<String> turns = turns(2, 0);
        add(turns, "eve", 1);
        Turn<String> running = start(turns);
        add(turns, "ada", 1000);
        for (int i = 0; i < 500; i++) {
            turns.end(start(turns), 10 * MILLI);
        }

        add(turns, "eve", 100);
        List<String> served = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Turn<String> turn = start(turns);
            served.add(turn.task());
            turns.end(turn, 10 * MILLI);
        }

        assertThat(served).filteredOn(task -> task.startsWith("ada")).hasSizeBetween(9, 11);
        turns.end(running, 10 * MILLI);
    }

    @Test
    void chargesRunningTasksTheirExpectedTime() {
        FairTurns<String> turns = turns(4, 0);
        add(turns, "eve", 1);
        turns.end(start(turns), 10 * MILLI);

        add(turns, "eve", 10);
        add(turns, "ada", 10);

        assertThat(startAll(turns))
                .extracting(Turn::task)
                .containsExactlyInAnyOrder("eve-0", "eve-1", "ada-0", "ada-1");
    }

    @Test
    void servesTheTasksOfAnOwnerInOrder() {
        FairTurns<String> turns = turns(3, 0);
        add(turns, "ada", 3);

        assertThat(startAll(turns)).extracting(Turn::task).containsExactly("ada-0", "ada-1", "ada-2");
    }

    @Test
    void rejectsAFloodWhileOthersFindRoom() {
        FairTurns<String> turns = new FairTurns<>("tasks", 1, 0, 10, 1);
        for (int i = 0; i < 5; i++) {
            turns.add("eve", "eve-" + i, 0);
        }

        assertThatThrownBy(() -> turns.add("eve", "eve-5", 0))
                .isInstanceOfSatisfying(RunlogException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.OVERLOADED))
                .hasMessageContaining("This owner");
        turns.add("ada", "ada-0", 0);
        assertThat(turns.waiting()).isEqualTo(6);
    }

    @Test
    void rejectsEveryOwnerWhenTheQueueIsFull() {
        FairTurns<String> turns = new FairTurns<>("tasks", 1, 0, 2, 1);
        turns.add("ada", "ada-0", 0);
        turns.add("bob", "bob-0", 0);

        assertThatThrownBy(() -> turns.add("eve", "eve-0", 0)).isInstanceOf(RunlogException.class);
    }

    @Test
    void removesTasksThatWaitedTooLong() {
        FairTurns<String> turns = turns(1, 0);
        turns.add("ada", "ada-0", 100);
        turns.add("ada", "ada-1", 300);
        turns.add("bob", "bob-0", 200);

        assertThat(turns.oldestSince(0)).isEqualTo(100);
        assertThat(turns.removeWaitingSince(200)).containsExactlyInAnyOrder("ada-0", "bob-0");
        assertThat(turns.waiting()).isEqualTo(1);
        assertThat(start(turns).task()).isEqualTo("ada-1");
    }

    private static FairTurns<String> turns(int places, int reserved) {
        return new FairTurns<>("tasks", places, reserved, 10_000, 1);
    }

    private static void add(FairTurns<String> turns, String owner, int tasks) {
        for (int i = 0; i < tasks; i++) {
            turns.add(owner, owner + "-" + i, 0);
        }
    }

    private static Turn<String> start(FairTurns<String> turns) {
        Turn<String> turn = turns.next();
        assertThat(turn).isNotNull();
        return turn;
    }

    private static List<Turn<String>> startAll(FairTurns<String> turns) {
        List<Turn<String>> started = new ArrayList<>();
        for (Turn<String> turn = turns.next(); turn != null; turn = turns.next()) {
            started.add(turn);
        }
        return started;
    }
}

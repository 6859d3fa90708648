package dev.runlog.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DryRunsTest {
    private final List<String> started = new ArrayList<>();
    private final List<Promise<String>> work = new ArrayList<>();
    private final DryRuns dryRuns = new DryRuns(new Room("dry runs", "key", 20, 1), Duration.ofMinutes(1));

    @Test
    void runsOneAtATimeAndServesCallersInTurn() {
        List.of("flood", "flood", "flood", "alice", "bob").forEach(this::request);
        assertThat(started).containsExactly("flood");

        while (work.size() < 5) {
            work.get(work.size() - 1).complete("found");
        }

        assertThat(started).containsExactly("flood", "alice", "bob", "flood", "flood");
    }

    @Test
    void continuesAfterAFailure() {
        Future<String> failing = dryRuns.run("alice", false, () -> {
            throw new IllegalStateException("broken");
        });
        Future<String> next = request("bob");
        work.get(0).complete("found");

        assertThat(failing.cause()).hasMessage("broken");
        assertThat(next.result()).isEqualTo("found");
    }

    @Test
    void limitsTheShareOfACaller() {
        request("flood");
        for (int i = 0; i < 9; i++) {
            request("flood");
        }

        assertThatThrownBy(() -> request("flood")).isInstanceOfSatisfying(RunlogException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(refused).hasMessageContaining("retention.queue-owner-share");
        });
        assertThatCode(() -> request("alice")).doesNotThrowAnyException();
    }

    @Test
    void reservesTheLastTenthForOperators() {
        for (int i = 0; i < 19; i++) {
            request("puppet-" + i);
        }

        assertThatThrownBy(() -> request("alice")).hasMessageContaining("(key is 20)");
        assertThatCode(() -> dryRuns.run("operator", true, Future::succeededFuture))
                .doesNotThrowAnyException();
    }

    @Test
    void failsADryRunThatWaitedTooLong() {
        DryRuns impatient = new DryRuns(new Room("dry runs", "key", 20, 1), Duration.ZERO);
        Promise<String> first = Promise.promise();
        Future<String> late = impatient.run("alice", false, first::future);

        assertThat(late.failed()).isTrue();
        assertThat(late.cause()).hasMessageContaining("retention.dry-run-wait");
    }

    private Future<String> request(String caller) {
        return dryRuns.run(caller, false, () -> {
            started.add(caller);
            Promise<String> promise = Promise.promise();
            work.add(promise);
            return promise.future();
        });
    }
}

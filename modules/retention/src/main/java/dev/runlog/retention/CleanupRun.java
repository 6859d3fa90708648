package dev.runlog.retention;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupDay;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupSession.StartedCleanup;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Carries one cleanup out: drops the days on which it deletes everything, removes their files, then goes through the other
 * days, oldest first, and rewrites those of which less stays than goes and deletes from the others in batches.
 */
final class CleanupRun {
    /** Everybody waits while they are dropped, one or two milliseconds for each. */
    private static final int DAYS_AT_ONCE = 4;

    private final CleanupSession session;
    private final StartedCleanup work;
    private final Cleanup cleanup;
    private final RetentionConfig config;
    private final Pace pace;
    private final Progress progress;
    private final Function<Duration, Future<Void>> pause;
    private final BooleanSupplier stopping;
    private final List<CleanupDay> remaining;

    /** @param stopping asked before each step: for the end of the server, or of a policy's window */
    CleanupRun(
            CleanupSession session,
            StartedCleanup work,
            RetentionConfig config,
            Progress progress,
            Function<Duration, Future<Void>> pause,
            BooleanSupplier stopping) {
        this.session = session;
        this.work = work;
        this.cleanup = work.cleanup();
        this.config = config;
        this.pace = new Pace(config);
        this.progress = progress;
        this.pause = pause;
        this.stopping = stopping;
        this.remaining = new ArrayList<>(work.days());
    }

    /** True once all days are done; false if it was cancelled or is to pause. */
    Future<Boolean> run() {
        List<CleanupDay> whole = work.days().stream().filter(CleanupDay::whole).toList();
        return drop(whole, DAYS_AT_ONCE)
                // It is complete only when the space is free.
                .compose(on -> whole.isEmpty() ? Future.succeededFuture(on) : removeFiles(on))
                .compose(on -> on ? deleteFrom(0) : Future.succeededFuture(false));
    }

    private Future<Boolean> drop(List<CleanupDay> days, int atOnce) {
        if (days.isEmpty() || stopping.getAsBoolean()) {
            return Future.succeededFuture(days.isEmpty());
        }
        List<CleanupDay> group = days.subList(0, Math.min(atOnce, days.size()));
        List<CleanupDay> others = days.subList(group.size(), days.size());
        return session.drop(cleanup, group)
                .compose(dropped -> {
                    if (dropped) {
                        remaining.removeAll(group);
                        return progress.reportThrottled(cleanup).map(true);
                    }
                    // One of them may be why all of them stay.
                    return isRunning()
                            .compose(on -> on && group.size() > 1 ? drop(group, 1) : Future.succeededFuture(on));
                })
                .compose(on -> on ? drop(others, atOnce) : Future.succeededFuture(false));
    }

    private Future<Boolean> removeFiles(boolean on) {
        return stopping.getAsBoolean()
                ? Future.succeededFuture(false)
                : session.removeFiles()
                        .compose(more -> more ? removeFiles(on) : on ? isRunning() : Future.succeededFuture(false));
    }

    private Future<Boolean> deleteFrom(int index) {
        if (index == remaining.size() || stopping.getAsBoolean()) {
            return Future.succeededFuture(index == remaining.size());
        }
        return delete(remaining.get(index)).compose(on -> on ? deleteFrom(index + 1) : Future.succeededFuture(false));
    }

    private Future<Boolean> delete(CleanupDay day) {
        Future<Boolean> rewritten =
                isWorthRewriting(day) ? session.rewrite(cleanup, day) : Future.succeededFuture(false);
        return rewritten.compose(done -> done
                ? isRunning()
                : new DayBatches(session, cleanup, day.day(), pace, progress, pause, stopping).run());
    }

    /** Less is copied than deleted, and it is not about a few executions. */
    private boolean isWorthRewriting(CleanupDay day) {
        return day.isBefore(cleanup)
                && day.deletable() >= config.rewriteRowsMin()
                && day.stored() - day.deletable() <= day.deletable() * config.rewriteShareMax();
    }

    private Future<Boolean> isRunning() {
        return progress.report(cleanup).map(now -> now.state() == Cleanup.State.RUNNING);
    }
}

package dev.runlog.retention;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupSession.StartedCleanup;
import dev.runlog.storage.plan.CleanupDay;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Runs one cleanup. First drops the days on which it deletes everything, and removes their files. Then processes the
 * other days, oldest first: rewrites days on which few executions are kept, and deletes from the others in batches.
 */
final class CleanupRun {
    /** A drop blocks all readers and writers for one or two milliseconds per day. */
    private static final int DAYS_AT_ONCE = 4;

    private final CleanupSession session;
    private final Cleanup cleanup;
    private final RetentionConfig config;
    private final Pace pace;
    private final Progress progress;
    private final BooleanSupplier stopping;
    private final List<CleanupDay> remaining;

    /** @param stopping whether the server is stopping or the policy window has closed; checked before each step */
    CleanupRun(
            CleanupSession session,
            StartedCleanup started,
            RetentionConfig config,
            Progress progress,
            BooleanSupplier stopping) {
        this.session = session;
        this.cleanup = started.cleanup();
        this.config = config;
        this.pace = new Pace(config);
        this.progress = progress;
        this.stopping = stopping;
        this.remaining = new ArrayList<>(started.days());
    }

    /** Returns true once all days are done, or false if the cleanup was cancelled or must pause. */
    Future<Boolean> run() {
        List<CleanupDay> whole = remaining.stream()
                .filter(day -> day.whole() && !mayReceiveRuns(day))
                .toList();
        return drop(whole, DAYS_AT_ONCE)
                // The cleanup completes only after the disk space is free.
                .compose(proceed -> proceed && !whole.isEmpty() ? removeFiles() : Future.succeededFuture(proceed))
                .compose(proceed -> proceed ? deleteFrom(0) : Future.succeededFuture(false));
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
                    // A kept execution on one day prevents the drop of all of them, so try each day alone.
                    return isRunning()
                            .compose(proceed ->
                                    proceed && group.size() > 1 ? drop(group, 1) : Future.succeededFuture(proceed));
                })
                .compose(proceed -> proceed ? drop(others, atOnce) : Future.succeededFuture(false));
    }

    private Future<Boolean> removeFiles() {
        return stopping.getAsBoolean()
                ? Future.succeededFuture(false)
                : session.removeFiles().compose(more -> more ? removeFiles() : isRunning());
    }

    private Future<Boolean> deleteFrom(int index) {
        if (index == remaining.size() || stopping.getAsBoolean()) {
            return Future.succeededFuture(index == remaining.size());
        }
        return delete(remaining.get(index))
                .compose(proceed -> proceed ? deleteFrom(index + 1) : Future.succeededFuture(false));
    }

    private Future<Boolean> delete(CleanupDay day) {
        Future<Boolean> rewritten =
                isWorthRewriting(day) ? session.rewrite(cleanup, day) : Future.succeededFuture(false);
        return rewritten.compose(done ->
                done ? isRunning() : new DayBatches(session, cleanup, day.day(), pace, progress, stopping).run());
    }

    /** Whether the rewrite deletes enough, and copies little compared to that. */
    private boolean isWorthRewriting(CleanupDay day) {
        return day.isBefore(cleanup)
                && !mayReceiveRuns(day)
                && day.deletable() >= config.rewriteRowsMin()
                && day.stored() - day.deletable() <= day.deletable() * config.rewriteShareMax();
    }

    /**
     * Whether the day may get executions that start after the request to delete their workflow. They must stay, but
     * would go with the whole day.
     */
    private boolean mayReceiveRuns(CleanupDay day) {
        return cleanup.criteria().deletesWorkflow()
                && !day.day().isBefore(LocalDate.ofInstant(cleanup.createdAt(), ZoneOffset.UTC));
    }

    private Future<Boolean> isRunning() {
        return progress.report(cleanup).map(now -> now.state() == Cleanup.State.RUNNING);
    }
}

package dev.runlog.retention;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.contract.text.DurationText;
import dev.runlog.contract.text.SafeText;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates requests to retention. Checks fail with {@code BAD_INPUT} or {@code FORBIDDEN}. */
final class RequestChecks {
    private static final Duration KEEP_MIN = Duration.ofMinutes(1);
    private static final Duration KEEP_MAX = RequestCleanup.OLDER_THAN_MAX;
    private static final int KEEP_LAST_MAX = 1_000_000;
    private static final int TEXT_MAX_CHARS = 1000;

    private RequestChecks() {}

    /**
     * Returns the owner of the target executions; null for all owners. Only operators may name others than themselves.
     */
    static @Nullable String targetOwner(Viewer viewer, @Nullable String owner, boolean allOwners) {
        boolean own = !allOwners && (owner == null || owner.equals(viewer.subject()));
        viewer.require(own ? new Scope[] {Scope.CLEANUP, Scope.OPS} : new Scope[] {Scope.OPS});
        if (owner == null) {
            return allOwners ? null : viewer.subject();
        }
        requireText("owner", owner);
        if (owner.isBlank()) {
            throw RunlogException.badInput("Invalid `owner`: it is empty (expected the subject of its tokens).");
        }
        if (allOwners) {
            throw RunlogException.badInput(
                    "Give `owner`, which is " + SafeText.quote(owner) + ", or `allOwners`, not both.");
        }
        return owner;
    }

    static void requireText(String name, String text) {
        if (text.length() > TEXT_MAX_CHARS) {
            throw RunlogException.badInput("Invalid `" + name + "`: " + text.length() + " characters (expected at most "
                    + TEXT_MAX_CHARS + ").");
        }
        if (SafeText.indexOfUnstorable(text, 0) >= 0) {
            throw RunlogException.badInput(
                    "Invalid `" + name + "`: it contains a NUL character or half of a surrogate pair.");
        }
    }

    /** Converts a request to criteria, with the bound as a point in time. */
    static CleanupCriteria criteria(RequestCleanup request, @Nullable String owner, Instant now) {
        if (request.olderThan() == null
                && request.before() == null
                && request.keepLast() == null
                && request.statuses().isEmpty()) {
            throw RunlogException.badInput("Give at least one of `olderThan`, `before`, `keepLast` and `statuses`.");
        }
        requireKeepLast(request.keepLast());
        requireDeletable(request.statuses());
        return CleanupCriteria.startedBefore(before(request, now))
                .withStatuses(request.statuses())
                .withWorkflow(request.workflowId())
                .withOwner(owner)
                .withKeepLast(request.keepLast())
                .withIgnorePolicies(request.ignorePolicies());
    }

    private static Instant before(RequestCleanup request, Instant now) {
        Instant before = request.before() == null ? now : request.before();
        Duration olderThan = request.olderThan();
        if (olderThan != null) {
            if (olderThan.isNegative() || olderThan.compareTo(KEEP_MAX) > 0) {
                throw invalid("olderThan", olderThan, Duration.ZERO);
            }
            before = earlier(now.minus(olderThan), before);
        }
        if (before.isBefore(Instant.EPOCH)) {
            throw RunlogException.badInput(
                    "Invalid `before`: " + before + " (expected a time since " + Instant.EPOCH + ").");
        }
        return earlier(beforeMax(now), before);
    }

    /** The latest bound: IDs have only 48 bits for milliseconds, and no execution starts much later than now. */
    static Instant beforeMax(Instant now) {
        return now.plus(Duration.ofDays(1));
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    static void check(SetRetentionPolicy request) {
        requireDeletable(request.statuses());
        Duration keepFor = request.keepFor();
        if (keepFor == null && request.keepLast() == null) {
            throw RunlogException.badInput("Give at least one of `keepFor` and `keepLast`.");
        }
        requireKeepLast(request.keepLast());
        if (keepFor != null && (keepFor.compareTo(KEEP_MIN) < 0 || keepFor.compareTo(KEEP_MAX) > 0)) {
            throw invalid("keepFor", keepFor, KEEP_MIN);
        }
    }

    private static RunlogException invalid(String name, Duration value, Duration min) {
        return RunlogException.badInput("Invalid `" + name + "`: " + value + " (expected " + DurationText.of(min)
                + " to " + DurationText.of(KEEP_MAX) + ").");
    }

    private static void requireKeepLast(@Nullable Integer keepLast) {
        if (keepLast != null && (keepLast < 1 || keepLast > KEEP_LAST_MAX)) {
            throw RunlogException.badInput(
                    "Invalid `keepLast`: " + keepLast + " (expected 1 to " + KEEP_LAST_MAX + ").");
        }
    }

    private static void requireDeletable(Set<ExecutionStatus> statuses) {
        for (ExecutionStatus status : statuses) {
            if (status.isOpen()) {
                throw RunlogException.badInput("Invalid `statuses`: " + status
                        + " (executions that are queued or running are never deleted).");
            }
        }
    }
}

package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.retention.CleanupProgressed;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the policies at regular intervals, when their window opens, and after their cleanups have ended. */
final class PolicyTimers {
    private static final Logger log = LoggerFactory.getLogger(PolicyTimers.class);
    private static final Duration WINDOW_CHECK_INTERVAL = Duration.ofSeconds(30);
    /** Combines cleanups that end at nearly the same time into one run. */
    private static final Duration DELAY_AFTER_CLEANUP = Duration.ofMillis(200);

    private final Vertx vertx;
    private final PolicyRun policyRun;
    private final Cleaner cleaner;
    private final RetentionConfig config;
    private final Clock clock;
    private final Window window;
    private boolean windowWasOpen;
    private boolean runScheduled;

    PolicyTimers(Vertx vertx, PolicyRun policyRun, Cleaner cleaner, RetentionConfig config, Clock clock) {
        this.vertx = vertx;
        this.policyRun = policyRun;
        this.cleaner = cleaner;
        this.config = config;
        this.clock = clock;
        this.window = config.window();
    }

    void start(Bus bus) {
        vertx.setPeriodic(config.policyInterval().toMillis(), timer -> runWithinJitter());
        windowWasOpen = window.isOpen(clock.instant());
        vertx.setPeriodic(WINDOW_CHECK_INTERVAL.toMillis(), timer -> runIfWindowOpened());
        bus.subscribe(CleanupProgressed.class, event -> {
            if (event.cleanup().policyId() != null && event.cleanup().state().isOver()) {
                runAfterCleanup();
            }
        });
    }

    void runWithinJitter() {
        vertx.setTimer(1 + new Jitter(config.policyJitter()).next().toMillis(), timer -> run());
    }

    /** The window may be shorter than the interval. A policy that any server has just run does not run again. */
    private void runIfWindowOpened() {
        boolean isOpen = window.isOpen(clock.instant());
        if (isOpen && !windowWasOpen) {
            runWithinJitter();
        }
        windowWasOpen = isOpen;
    }

    /** Updates the backlog of the policies, which was computed before their cleanups ran. */
    private void runAfterCleanup() {
        if (!runScheduled) {
            runScheduled = true;
            vertx.setTimer(DELAY_AFTER_CLEANUP.toMillis(), timer -> {
                runScheduled = false;
                run();
            });
        }
    }

    private void run() {
        policyRun
                .runOnce()
                .onSuccess(created -> cleaner.wake())
                .onFailure(failure -> log.warn("The retention policies did not run: {}", failure.toString()));
    }
}

package dev.runlog.client;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports lost events and warnings to the listener and survives its failures. */
final class LossReporter {
    private static final Logger log = LoggerFactory.getLogger(LossReporter.class);

    private final RecorderListener listener;

    LossReporter(RecorderListener listener) {
        this.listener = listener;
    }

    void lost(int events, String reason) {
        if (events > 0) {
            guarded(() -> listener.onLost(events, reason));
        }
    }

    void rejected(Event event, String code, String message) {
        guarded(() -> listener.onRejected(event.json(), code, message));
    }

    void warned(Event event, String message) {
        guarded(() -> listener.onWarning(event.json(), message));
    }

    void spoolFailed(String reason) {
        log.warn("{}", reason);
        guarded(() -> listener.onSpoolFailure(reason));
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error failure) { // The application's own code.
            log.warn("The RecorderListener failed.", failure);
        }
    }
}

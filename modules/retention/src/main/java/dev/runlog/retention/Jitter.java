package dev.runlog.retention;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** A random while from nothing up to a bound, so that servers that were started together do not all come at once. */
record Jitter(Duration max) {

    Duration next() {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(max.toMillis() + 1));
    }
}

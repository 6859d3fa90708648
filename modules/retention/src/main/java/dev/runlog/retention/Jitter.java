package dev.runlog.retention;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** A random delay from zero to a maximum. It spreads the work of servers that started together. */
record Jitter(Duration max) {

    Duration next() {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(max.toMillis() + 1));
    }
}

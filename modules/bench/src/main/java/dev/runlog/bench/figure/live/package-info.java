/** Measurements of subscriptions. */
@NullMarked
package dev.runlog.bench.figure.live;

import org.jspecify.annotations.NullMarked;

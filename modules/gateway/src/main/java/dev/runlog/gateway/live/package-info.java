/** Live subscriptions: snapshots, replay after a cursor, and backpressure. */
@NullMarked
package dev.runlog.gateway.live;

import org.jspecify.annotations.NullMarked;

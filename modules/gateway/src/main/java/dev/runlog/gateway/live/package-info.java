/** What happens, as it happens: subscriptions, their snapshots, replay and backpressure. */
@NullMarked
package dev.runlog.gateway.live;

import org.jspecify.annotations.NullMarked;

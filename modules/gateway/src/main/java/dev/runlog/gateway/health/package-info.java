/** What operators watch: liveness, readiness, metrics. */
@NullMarked
package dev.runlog.gateway.health;

import org.jspecify.annotations.NullMarked;

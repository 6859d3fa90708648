/** Endpoints for operators: liveness, readiness, metrics. */
@NullMarked
package dev.runlog.gateway.health;

import org.jspecify.annotations.NullMarked;

/** Bounds on what the gateway holds in memory: request bodies, answers, caches. */
@NullMarked
package dev.runlog.gateway.memory;

import org.jspecify.annotations.NullMarked;

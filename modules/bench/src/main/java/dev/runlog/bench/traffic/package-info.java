/** Clients: requests, the load generators that send them, and subscribers. */
@NullMarked
package dev.runlog.bench.traffic;

import org.jspecify.annotations.NullMarked;

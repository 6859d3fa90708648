/** The gateway: HTTP, GraphQL, subscriptions, REST and authentication. Reaches the other modules only over the bus. */
@NullMarked
package dev.runlog.gateway;

import org.jspecify.annotations.NullMarked;

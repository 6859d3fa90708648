/** The gateway: HTTP, GraphQL, subscriptions, REST and authentication. Reaches the other parts by the bus alone. */
@NullMarked
package dev.runlog.gateway;

import org.jspecify.annotations.NullMarked;

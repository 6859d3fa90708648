/** GraphQL over WebSocket: the graphql-transport-ws protocol. */
@NullMarked
package dev.runlog.gateway.websocket;

import org.jspecify.annotations.NullMarked;

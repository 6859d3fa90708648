/** GraphQL over server-sent events, in the protocol's distinct connections mode: a connection an operation. */
@NullMarked
package dev.runlog.gateway.sse;

import org.jspecify.annotations.NullMarked;

/** GraphQL over server-sent events, in "distinct connections mode": one connection for each operation. */
@NullMarked
package dev.runlog.gateway.sse;

import org.jspecify.annotations.NullMarked;

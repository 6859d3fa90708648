/** GraphQL over server-sent events, in the distinct connections mode of its protocol: one connection for each operation. */
@NullMarked
package dev.runlog.gateway.sse;

import org.jspecify.annotations.NullMarked;

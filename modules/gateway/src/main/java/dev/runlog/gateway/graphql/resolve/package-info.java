/** Resolvers: each reads its arguments, sends one request over the bus, and returns the reply. */
@NullMarked
package dev.runlog.gateway.graphql.resolve;

import org.jspecify.annotations.NullMarked;

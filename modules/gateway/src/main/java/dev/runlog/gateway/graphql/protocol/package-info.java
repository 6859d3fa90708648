/** What transports and the engine exchange: GraphQL requests, answers, streams of results, and errors. */
@NullMarked
package dev.runlog.gateway.graphql.protocol;

import org.jspecify.annotations.NullMarked;

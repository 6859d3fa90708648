/** GraphQL over HTTP, according to its specification, and GraphiQL. */
@NullMarked
package dev.runlog.gateway.graphqlhttp;

import org.jspecify.annotations.NullMarked;

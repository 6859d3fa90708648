/** GraphQL over HTTP after its specification, and GraphiQL. */
@NullMarked
package dev.runlog.gateway.graphqlhttp;

import org.jspecify.annotations.NullMarked;

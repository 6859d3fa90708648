/** The scalars of the schema, and its view for callers who may not read executions. */
@NullMarked
package dev.runlog.gateway.graphql.schema;

import org.jspecify.annotations.NullMarked;

/** The GraphQL engine: runs the operations of all transports against the schema. */
@NullMarked
package dev.runlog.gateway.graphql;

import org.jspecify.annotations.NullMarked;

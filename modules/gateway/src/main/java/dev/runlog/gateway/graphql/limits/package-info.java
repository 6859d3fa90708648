/** The limits of queries, and the cache of queries that are within them. */
@NullMarked
package dev.runlog.gateway.graphql.limits;

import org.jspecify.annotations.NullMarked;

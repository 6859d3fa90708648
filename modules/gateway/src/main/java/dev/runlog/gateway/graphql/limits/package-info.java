/** What a query may cost, and the cache of queries found within the limits. */
@NullMarked
package dev.runlog.gateway.graphql.limits;

import org.jspecify.annotations.NullMarked;

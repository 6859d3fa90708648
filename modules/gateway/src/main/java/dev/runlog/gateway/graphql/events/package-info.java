/** Streams of results: starts subscriptions, and renders each event once for all that have the same selection. */
@NullMarked
package dev.runlog.gateway.graphql.events;

import org.jspecify.annotations.NullMarked;

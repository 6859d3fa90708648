/**
 * Writes pages and events as JSON, directly where the selection allows it, and once for all subscribers with the same
 * selection.
 */
@NullMarked
package dev.runlog.gateway.graphql.render;

import org.jspecify.annotations.NullMarked;

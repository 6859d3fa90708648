/** Renders the values of root fields, and events, as JSON: loads what a selection needs level by level, then writes it. */
@NullMarked
package dev.runlog.gateway.graphql.render;

import org.jspecify.annotations.NullMarked;

/** GraphQL over HTTP after its specification, GraphiQL, and how failures look. */
@NullMarked
package dev.runlog.gateway.http;

import org.jspecify.annotations.NullMarked;

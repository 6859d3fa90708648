/** The schema's fields on the bus: arguments are read, one request is sent, its reply is shown. */
@NullMarked
package dev.runlog.gateway.graphql;

import org.jspecify.annotations.NullMarked;

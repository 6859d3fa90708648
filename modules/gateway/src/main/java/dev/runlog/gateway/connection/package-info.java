/**
 * Client connections before authentication: limits on their number and on the time for headers, and checks of a
 * request's framing.
 */
@NullMarked
package dev.runlog.gateway.connection;

import org.jspecify.annotations.NullMarked;

/**
 * Client connections before anything is known of their users: how many there may be, how long a request's headers may
 * take, and which framing is refused.
 */
@NullMarked
package dev.runlog.gateway.connection;

import org.jspecify.annotations.NullMarked;

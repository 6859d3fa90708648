/** Signing in: a token or a one-time link is exchanged for the session cookie. No state is kept but the link's code. */
@NullMarked
package dev.runlog.gateway.session;

import org.jspecify.annotations.NullMarked;

/** Sign-in: exchanges a token or a one-time link for the session cookie. The link's code is the only state. */
@NullMarked
package dev.runlog.gateway.session;

import org.jspecify.annotations.NullMarked;

/** Authentication. Tokens are verified here and nowhere else. */
@NullMarked
package dev.runlog.gateway.auth;

import org.jspecify.annotations.NullMarked;

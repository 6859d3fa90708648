/** Who asks: tokens are checked here and nowhere else. */
@NullMarked
package dev.runlog.gateway.auth;

import org.jspecify.annotations.NullMarked;

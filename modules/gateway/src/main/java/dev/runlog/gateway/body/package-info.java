/** Bodies of requests: read only after authentication, inflated, timed, and bounded over all requests. */
@NullMarked
package dev.runlog.gateway.body;

import org.jspecify.annotations.NullMarked;

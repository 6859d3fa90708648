/** Request bodies: read only after authentication, inflated, and limited in time and memory. */
@NullMarked
package dev.runlog.gateway.body;

import org.jspecify.annotations.NullMarked;

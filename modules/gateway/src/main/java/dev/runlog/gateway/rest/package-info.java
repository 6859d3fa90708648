/** The endpoints and words of the first version, for the frontends that know them. */
@NullMarked
package dev.runlog.gateway.rest;

import org.jspecify.annotations.NullMarked;

/** The REST endpoints of the first version, for existing frontends. */
@NullMarked
package dev.runlog.gateway.rest;

import org.jspecify.annotations.NullMarked;

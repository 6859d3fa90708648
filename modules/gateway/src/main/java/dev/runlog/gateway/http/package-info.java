/** Parts that all HTTP endpoints share: replies and errors, media types, methods, origins, HTML pages. */
@NullMarked
package dev.runlog.gateway.http;

import org.jspecify.annotations.NullMarked;

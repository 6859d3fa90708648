/** What all HTTP endpoints share: replies and errors, methods, origins, HTML pages. */
@NullMarked
package dev.runlog.gateway.http;

import org.jspecify.annotations.NullMarked;

/**
 * Records events from a Redis stream. Each server runs a few {@link ReadLoop}s, each a consumer of the same group: it
 * takes a batch, records it, and acknowledges it after the commit. Redis keeps everything else: what was delivered to
 * whom, how often and when. So a server that dies leaves nothing behind but entries that another one takes over.
 */
@NullMarked
package dev.runlog.connectors.redis;

import org.jspecify.annotations.NullMarked;

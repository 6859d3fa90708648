/** The gateway's part of {@code config/runlog.yaml}. */
@NullMarked
package dev.runlog.gateway.config;

import org.jspecify.annotations.NullMarked;

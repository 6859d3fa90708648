/** The configuration of recording, a part of {@code config/runlog.yaml}. */
@NullMarked
package dev.runlog.recording.config;

import org.jspecify.annotations.NullMarked;

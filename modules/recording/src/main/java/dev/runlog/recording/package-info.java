/**
 * Recording: {@link dev.runlog.recording.RecordingVerticle} receives events. They are checked in {@code event}, wait in
 * {@code queue}, and are written and announced by {@code batch}.
 */
@NullMarked
package dev.runlog.recording;

import org.jspecify.annotations.NullMarked;

package dev.runlog.recording.redaction;

/** Text without its secrets, and their number. */
public record RedactedText(String text, int count) {}

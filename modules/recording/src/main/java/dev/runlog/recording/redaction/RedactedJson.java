package dev.runlog.recording.redaction;

/** JSON without its secrets, and their number; {@code valid} is false if it was parsed and is not JSON. */
public record RedactedJson(String json, int count, boolean valid) {}

package dev.runlog.client;

/**
 * Receives events that were not recorded, or not in full. Called on the recorder's thread or, if the buffer is full, on the recording
 * thread, so it must be fast. The default listener writes to the log, at most every five seconds, and
 * each kind of warning once.
 */
public interface RecorderListener {
    /**
     * Events were lost: the server was unavailable for too long or rejected them, or the buffer was full.
     *
     * @param events number of events
     * @param reason human-readable
     */
    void onLost(int events, String reason);

    /**
     * The server rejected one event; the others of its batch are recorded.
     *
     * @param event JSON of the event
     * @param code such as {@code BAD_INPUT}
     */
    void onRejected(String event, String code, String message);

    /**
     * The server recorded an event, but ignored a part of it, such as a parent that would close a cycle.
     *
     * @param event JSON of the event
     * @param message says which part, and why
     */
    default void onWarning(String event, String message) {}

    /**
     * The spool cannot be used, for example because it or the disk is full. Until it works again, events wait in memory
     * only. Called for the first of several failures in a row, which is also logged. Nothing is lost yet.
     *
     * @param reason human-readable
     */
    default void onSpoolFailure(String reason) {}
}

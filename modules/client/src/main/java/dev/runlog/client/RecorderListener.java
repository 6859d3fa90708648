package dev.runlog.client;

/**
 * Hears of events that were not recorded. Called on the recorder's own thread or, where the buffer is full, on the thread
 * that records, so it must be quick. The default writes to the log, at most every few seconds.
 */
public interface RecorderListener {
    /**
     * Events were given up: the server was away for too long or refused them, or the buffer was full.
     *
     * @param events how many
     * @param reason for people
     */
    void onLost(int events, String reason);

    /**
     * The server rejected one event; the others of its batch are recorded.
     *
     * @param event its JSON
     * @param code such as {@code BAD_INPUT}
     */
    void onRejected(String event, String code, String message);
}

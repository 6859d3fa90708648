package dev.runlog.client;

/** Hears of what was not recorded. Called on the recorder's own thread; the default says it in the log. */
public interface RecorderListener {
    /**
     * Events were given up: the server was away for too long, refused them all, or the buffer was full.
     *
     * @param events how many
     * @param reason for people
     */
    void onLost(int events, String reason);

    /**
     * The server refused one event; the others of its batch are recorded.
     *
     * @param event its JSON
     * @param code such as {@code BAD_INPUT}
     */
    void onRejected(String event, String code, String message);
}

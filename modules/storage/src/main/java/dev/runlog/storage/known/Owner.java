package dev.runlog.storage.known;

/**
 * An owner of rows.
 *
 * @param subject the subject of its tokens
 * @param number its number in the database; {@link #UNKNOWN} if nothing was recorded for it yet
 */
public record Owner(String subject, int number) {
    /** No row has this number. Not 0, which stands for all owners in the rollups. */
    static final int UNKNOWN = -1;
}

package dev.runlog.bench;

import org.jspecify.annotations.Nullable;

/**
 * A line of the table.
 *
 * @param unit of both sides
 * @param floor what it stands beside; null for a value of its own
 * @param floorName what the floor is
 * @param ratio of the rounds; null without a floor
 * @param goal null where none was set
 * @param note what a reader has to know of it, empty for nothing
 */
record Row(
        String title,
        String unit,
        Samples ours,
        @Nullable Samples floor,
        String floorName,
        @Nullable Samples ratio,
        @Nullable Goal goal,
        String note) {

    /** Ours divided by the floor's, of speeds or of costs; the goal tells which way is better. */
    static Row ofRatio(
            String title,
            String unit,
            Samples ours,
            String floorName,
            Samples floor,
            @Nullable Goal goal,
            String note) {
        return new Row(title, unit, ours, floor, floorName, ours.dividedBy(floor), goal, note);
    }

    /** Both are speeds, and what is told is how much longer ours takes. */
    static Row ofTime(
            String title,
            String unit,
            Samples ours,
            String floorName,
            Samples floor,
            @Nullable Goal goal,
            String note) {
        return new Row(title, unit, ours, floor, floorName, floor.dividedBy(ours), goal, note);
    }

    static Row ofValue(String title, String unit, Samples ours, @Nullable Goal goal, String note) {
        return new Row(title, unit, ours, null, "", null, goal, note);
    }

    /** The same with more to know of it. */
    Row withNote(String more) {
        return new Row(title, unit, ours, floor, floorName, ratio, goal, note.isEmpty() ? more : note + "; " + more);
    }

    /** What the goal is for. */
    double measured() {
        return ratio == null ? ours.median() : ratio.median();
    }
}

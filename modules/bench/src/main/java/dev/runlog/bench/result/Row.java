package dev.runlog.bench.result;

import org.jspecify.annotations.Nullable;

/**
 * A row of the table.
 *
 * @param unit unit of both sides
 * @param floor values of the floor; null without one
 * @param floorName description of the floor
 * @param ratio ratios of the rounds; null without a floor
 * @param goal null for none
 * @param note additional information; empty for none
 */
public record Row(
        String title,
        String unit,
        Samples ours,
        @Nullable Samples floor,
        String floorName,
        @Nullable Samples ratio,
        @Nullable Goal goal,
        String note) {

    /** Our value divided by the floor's, for speeds or costs; the goal defines which direction is better. */
    public static Row ofRatio(
            String title,
            String unit,
            Samples ours,
            String floorName,
            Samples floor,
            @Nullable Goal goal,
            String note) {
        return new Row(title, unit, ours, floor, floorName, ours.dividedBy(floor), goal, note);
    }

    /** For two speeds, the ratio of the times. */
    public static Row ofTime(
            String title,
            String unit,
            Samples ours,
            String floorName,
            Samples floor,
            @Nullable Goal goal,
            String note) {
        return new Row(title, unit, ours, floor, floorName, floor.dividedBy(ours), goal, note);
    }

    public static Row ofValue(String title, String unit, Samples ours, @Nullable Goal goal, String note) {
        return new Row(title, unit, ours, null, "", null, goal, note);
    }

    /** Returns a copy with an additional note. */
    public Row withNote(String more) {
        return new Row(title, unit, ours, floor, floorName, ratio, goal, note.isEmpty() ? more : note + "; " + more);
    }

    /** The values that the goal applies to. */
    double measured() {
        return ratio == null ? ours.median() : ratio.median();
    }
}

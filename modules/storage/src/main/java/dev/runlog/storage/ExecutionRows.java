package dev.runlog.storage;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.StepPart;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows of the columns that {@link ExecutionSelect} lists, read by their places. */
final class ExecutionRows {
    /** The place of {@code of}, the parent that a row of several pages belongs to. */
    static final int OF = 18;

    private static final ExecutionPart[] PARTS = ExecutionPart.values();
    private static final StepPart[] STEP_PARTS = StepPart.values();

    private ExecutionRows() {}

    static Execution toExecution(Row row) {
        return new Execution(
                row.getUUID(0),
                row.getUUID(1),
                row.getString(17),
                ExecutionStatus.ofNumber(row.getShort(2)),
                row.getString(3),
                row.getShort(4),
                row.getUUID(5),
                toLabels(row.getJsonObject(6)),
                toInstant(row.getOffsetDateTime(7)),
                toInstant(row.getOffsetDateTime(8)),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                toParts(row.getShort(12)),
                toParts(row.getShort(13)),
                row.getInteger(14),
                row.getBoolean(15));
    }

    static Execution toOutline(Row row, String owner) {
        return new Execution(
                row.getUUID(0),
                row.getUUID(1),
                owner,
                ExecutionStatus.ofNumber(row.getShort(2)),
                null,
                1,
                null,
                Map.of(),
                toInstant(row.getOffsetDateTime(3)),
                null,
                row.getString(4),
                row.getString(5),
                row.getString(6),
                Set.of(),
                Set.of(),
                0,
                false);
    }

    static Map<String, String> toLabels(@Nullable JsonObject json) {
        if (json == null || json.isEmpty()) {
            return Map.of();
        }
        Map<String, String> labels = new HashMap<>();
        json.forEach(label -> labels.put(label.getKey(), String.valueOf(label.getValue())));
        return labels;
    }

    static @Nullable Instant toInstant(@Nullable OffsetDateTime moment) {
        return moment == null ? null : moment.toInstant();
    }

    /** The parts of a set of bits. */
    static Set<ExecutionPart> toParts(int bits) {
        if (bits == 0) {
            return Set.of();
        }
        Set<ExecutionPart> parts = EnumSet.noneOf(ExecutionPart.class);
        for (ExecutionPart part : PARTS) {
            if ((bits & part.bit()) != 0) {
                parts.add(part);
            }
        }
        return parts;
    }

    static short toBits(Set<ExecutionPart> parts) {
        int bits = 0;
        for (ExecutionPart part : parts) {
            bits |= part.bit();
        }
        return (short) bits;
    }

    /** The parts of a step of a set of bits. */
    static Set<StepPart> toStepParts(int bits) {
        if (bits == 0) {
            return Set.of();
        }
        Set<StepPart> parts = EnumSet.noneOf(StepPart.class);
        for (StepPart part : STEP_PARTS) {
            if ((bits & part.bit()) != 0) {
                parts.add(part);
            }
        }
        return parts;
    }

    static short toStepBits(Set<StepPart> parts) {
        int bits = 0;
        for (StepPart part : parts) {
            bits |= part.bit();
        }
        return (short) bits;
    }
}

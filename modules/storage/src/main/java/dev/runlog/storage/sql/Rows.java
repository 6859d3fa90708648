package dev.runlog.storage.sql;

import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.StepPart;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Converts between columns and domain values. */
public final class Rows {
    private static final ExecutionPart[] PARTS = ExecutionPart.values();
    private static final StepPart[] STEP_PARTS = StepPart.values();

    private Rows() {}

    /** Maps each row, in order. */
    public static <T> List<T> toList(RowSet<Row> rows, Function<Row, T> mapper) {
        List<T> mapped = new ArrayList<>(rows.size());
        rows.forEach(row -> mapped.add(mapper.apply(row)));
        return mapped;
    }

    /** Reads labels; a null column means none. */
    public static Map<String, String> toLabels(@Nullable JsonObject json) {
        if (json == null || json.isEmpty()) {
            return Map.of();
        }
        Map<String, String> labels = new TreeMap<>();
        json.getMap().forEach((key, value) -> labels.put(key, String.valueOf(value)));
        return labels;
    }

    public static @Nullable Instant toInstant(@Nullable OffsetDateTime moment) {
        return moment == null ? null : moment.toInstant();
    }

    public static @Nullable OffsetDateTime toOffset(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }

    /** Reads the numbers of statuses. */
    public static Set<ExecutionStatus> toStatuses(Short[] numbers) {
        return Arrays.stream(numbers)
                .map(number -> ExecutionStatus.ofNumber(number))
                .collect(Collectors.toSet());
    }

    public static Short[] toNumbers(Set<ExecutionStatus> statuses) {
        return statuses.stream().sorted().map(status -> (short) status.number()).toArray(Short[]::new);
    }

    /** Reads a bit set of execution parts. */
    public static Set<ExecutionPart> toParts(int bits) {
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

    public static short toBits(Set<ExecutionPart> parts) {
        int bits = 0;
        for (ExecutionPart part : parts) {
            bits |= part.bit();
        }
        return (short) bits;
    }

    /** Reads a bit set of step parts. */
    public static Set<StepPart> toStepParts(int bits) {
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

    public static short toStepBits(Set<StepPart> parts) {
        int bits = 0;
        for (StepPart part : parts) {
            bits |= part.bit();
        }
        return (short) bits;
    }

    public static @Nullable ExternalId toExternalId(@Nullable String source, @Nullable String id) {
        return id == null ? null : new ExternalId(source, id);
    }
}

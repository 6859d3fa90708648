package dev.runlog.storage.write;

import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A column that recording writes. A batch of rows passes its values as one array to {@code unnest}.
 *
 * @param type the type of the array elements
 * @param stored the SQL of the stored value, with {@code %s} for the array element
 * @param values creates the array
 */
record Column<R>(String name, String type, String stored, Function<Collection<R>, Object[]> values) {
    /** A column that stores the array elements unchanged. */
    static <R, T> Column<R> of(String name, String type, IntFunction<T[]> array, Function<R, @Nullable T> value) {
        return new Column<>(name, type, "%s", rows -> array(rows, array, value));
    }

    /** A copy with an SQL expression for the stored value. */
    Column<R> storing(String expression) {
        return new Column<>(name, type, expression, values);
    }

    static <R, T> T[] array(Collection<R> rows, IntFunction<T[]> array, Function<R, @Nullable T> value) {
        T[] values = array.apply(rows.size());
        int at = 0;
        for (R row : rows) {
            values[at++] = value.apply(row);
        }
        return values;
    }

    static String names(List<? extends Column<?>> columns) {
        return joined(columns, Column::name);
    }

    /** The stored values, as SQL that refers to the columns by name. */
    static String stored(List<? extends Column<?>> columns) {
        return joined(columns, column -> column.stored.formatted(column.name));
    }

    /** Assignments from the rows {@code new}. */
    static String assignments(List<? extends Column<?>> columns) {
        return joined(columns, column -> column.name + " = " + column.stored.formatted("new." + column.name));
    }

    /** The arguments of {@code unnest}, such as {@code $4::uuid[], $5::text[]}. */
    static String parameters(int first, List<? extends Column<?>> columns) {
        return IntStream.range(0, columns.size())
                .mapToObj(at -> "$" + (first + at) + "::" + columns.get(at).type() + "[]")
                .collect(Collectors.joining(", "));
    }

    /** Appends the arrays of the columns. */
    static <R> Tuple addTo(Tuple arguments, List<Column<R>> columns, Collection<R> rows) {
        for (Column<R> column : columns) {
            arguments.addValue(column.values.apply(rows));
        }
        return arguments;
    }

    static <R> List<Column<R>> concat(List<List<Column<R>>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }

    static String joined(List<? extends Column<?>> columns, Function<Column<?>, String> part) {
        return columns.stream().map(part).collect(Collectors.joining(", "));
    }
}

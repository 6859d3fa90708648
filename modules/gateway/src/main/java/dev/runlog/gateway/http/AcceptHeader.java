package dev.runlog.gateway.http;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads {@code Accept} headers (RFC 9110, section 12.5.1). */
public final class AcceptHeader {
    private AcceptHeader() {}

    /**
     * Returns the value that the header prefers: the one with the highest weight, or the first of several.
     *
     * @param valueOf the value of a media range in lower case and without parameters; null for one to ignore
     */
    public static <T> Optional<T> preferred(String header, Function<String, @Nullable T> valueOf) {
        T best = null;
        double bestWeight = 0;
        for (String range : header.split(",", -1)) {
            T value = valueOf.apply(MediaType.essence(range));
            double weight = weight(range);
            if (value != null && weight > bestWeight) {
                best = value;
                bestWeight = weight;
            }
        }
        return Optional.ofNullable(best);
    }

    /** The weight of a media range: 1 if it has none, 0 if it is malformed. */
    private static double weight(String range) {
        for (String parameter : range.toLowerCase(Locale.ROOT).split(";", -1)) {
            String trimmed = parameter.trim();
            if (trimmed.startsWith("q=")) {
                try {
                    return Double.parseDouble(trimmed.substring(2));
                } catch (NumberFormatException malformed) {
                    return 0;
                }
            }
        }
        return 1;
    }
}

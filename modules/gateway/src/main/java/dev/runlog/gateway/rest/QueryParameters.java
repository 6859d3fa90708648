package dev.runlog.gateway.rest;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The query string of a request. A parameter that is unknown, repeated or malformed is refused with {@code BAD_INPUT}:
 * if a misspelt limit were ignored, a cleanup would delete too much.
 */
record QueryParameters(MultiMap values) {
    /** Appended by frontends to bypass caches; it has no meaning. */
    private static final String CACHE_BUSTER = "_";

    private static final Set<String> TRUE = Set.of("true", "1", "yes", "on", "");
    private static final Set<String> FALSE = Set.of("false", "0", "no", "off");
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");

    /** The parameters of a read, which may carry a cache buster. */
    static QueryParameters ofRead(RoutingContext ctx, String... accepted) {
        return of(ctx, List.of(CACHE_BUSTER), accepted);
    }

    static QueryParameters of(RoutingContext ctx, String... accepted) {
        return of(ctx, List.of(), accepted);
    }

    private static QueryParameters of(RoutingContext ctx, List<String> ignored, String... accepted) {
        MultiMap values = decoded(ctx);
        for (String name : values.names()) {
            if (ignored.contains(name)) {
                continue;
            }
            if (!Arrays.asList(accepted).contains(name)) {
                throw RunlogException.badInput(
                        "Unknown parameter `" + SafeText.show(name) + "` (expected " + expected(accepted) + ").");
            }
            if (values.getAll(name).size() > 1) {
                throw RunlogException.badInput("Repeated parameter `" + name + "` (expected at most once).");
            }
        }
        return new QueryParameters(values);
    }

    private static MultiMap decoded(RoutingContext ctx) {
        try {
            return ctx.queryParams();
        } catch (HttpException | IllegalArgumentException malformed) {
            throw RunlogException.badInput("The query string is not valid percent-encoded text.");
        }
    }

    private static String expected(String... accepted) {
        return accepted.length == 0
                ? "no parameters"
                : Arrays.stream(accepted).map(name -> "`" + name + "`").collect(Collectors.joining(" or "));
    }

    /** The value; null where the parameter is absent or empty. */
    @Nullable
    String textOrNull(String name) {
        String text = values.get(name);
        return text == null || text.isEmpty() ? null : text;
    }

    /** Returns true for a parameter with a true value or none, false for a false value or if it is absent. */
    boolean flag(String name) {
        String text = values.get(name);
        if (text == null || FALSE.contains(text.toLowerCase(Locale.ROOT))) {
            return false;
        }
        if (TRUE.contains(text.toLowerCase(Locale.ROOT))) {
            return true;
        }
        throw invalid(name, text, "true, 1, yes or on, or false, 0, no or off");
    }

    /** A whole number from {@code min} to {@code max}; {@code absent} where it is not given. */
    int number(String name, int absent, int min, int max) {
        String text = values.get(name);
        if (text == null) {
            return absent;
        }
        if (INTEGER.matcher(text).matches()) {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return (int) number;
            }
        }
        throw invalid(name, text, min + " to " + max);
    }

    /** A whole number moved into these bounds; {@code absent} where it is not given or empty. */
    long clamped(String name, long absent, long min, long max) {
        String text = textOrNull(name);
        if (text == null) {
            return absent;
        }
        if (!INTEGER.matcher(text).matches()) {
            throw invalid(name, text, "a whole number of at most 18 digits");
        }
        return Math.max(min, Math.min(max, Long.parseLong(text)));
    }

    static RunlogException invalid(String name, String value, String expected) {
        return RunlogException.badInput(
                "Invalid `" + name + "`: " + SafeText.show(value) + " (expected " + expected + ").");
    }
}

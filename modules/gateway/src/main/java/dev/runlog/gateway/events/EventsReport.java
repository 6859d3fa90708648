package dev.runlog.gateway.events;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.gateway.http.Replies;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The outcome of the events of one body. */
final class EventsReport {
    /** Bounds the reply to a body with many invalid lines. */
    private static final int LINES_SHOWN_MAX = 10_000;

    private long recorded;
    private long duplicates;
    private long rejectedTotal;
    private long warningsTotal;
    private final List<Rejected> rejected = new ArrayList<>();
    private final List<Warning> warnings = new ArrayList<>();
    private @Nullable Throwable failure;

    private record Rejected(int line, ErrorCode code, String message) {
        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("line", line);
            json.put("code", code.name());
            json.put("message", message);
            return json;
        }
    }

    private record Warning(int line, String message) {
        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("line", line);
            json.put("message", message);
            return json;
        }
    }

    /** @param lines line numbers, at least as many as there are outcomes */
    void add(int[] lines, List<Outcome> outcomes) {
        for (int i = 0; i < outcomes.size(); i++) {
            Outcome outcome = outcomes.get(i);
            warn(lines[i], outcome.warnings());
            switch (outcome.verdict()) {
                case RECORDED -> recorded++;
                case DUPLICATE -> duplicates++;
                case REJECTED ->
                    reject(lines[i], Objects.requireNonNull(outcome.code()), Objects.requireNonNull(outcome.message()));
            }
        }
    }

    void reject(int line, ErrorCode code, String message) {
        rejectedTotal++;
        if (rejected.size() < LINES_SHOWN_MAX) {
            rejected.add(new Rejected(line, code, message));
        }
    }

    private void warn(int line, List<String> messages) {
        warningsTotal += messages.size();
        for (String message : messages) {
            if (warnings.size() < LINES_SHOWN_MAX) {
                warnings.add(new Warning(line, message));
            }
        }
    }

    /** Records why reading stopped early; the first reason is kept. */
    void fail(@Nullable Throwable why) {
        if (failure == null) {
            failure = why;
        }
    }

    /** Replies 200, or the status of the failure, together with what was recorded before it. */
    void answer(RoutingContext ctx) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("recorded", recorded);
        body.put("duplicates", duplicates);
        body.put(
                "rejected",
                rejected.stream()
                        .sorted(Comparator.comparingInt(Rejected::line))
                        .map(Rejected::toJson)
                        .toList());
        if (rejectedTotal > rejected.size()) {
            body.put("rejectedInAll", rejectedTotal);
        }
        if (!warnings.isEmpty()) {
            body.put(
                    "warnings",
                    warnings.stream()
                            .sorted(Comparator.comparingInt(Warning::line))
                            .map(Warning::toJson)
                            .toList());
        }
        if (warningsTotal > warnings.size()) {
            body.put("warningsInAll", warningsTotal);
        }
        if (failure == null) {
            Replies.json(ctx, 200, body);
            return;
        }
        RunlogException known = Replies.toRunlogException(ctx, failure);
        Replies.setHeaders(ctx, known);
        body.put("error", Replies.error(known));
        Replies.json(ctx, Replies.status(ctx, failure, known), body);
    }
}

package dev.runlog.gateway.health;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.querying.CheckHealth;
import dev.runlog.contract.recording.CheckConnectors;
import dev.runlog.contract.recording.CheckRecording;
import dev.runlog.gateway.http.Replies;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /health/live} and {@code /health/ready}; they do not require a token. */
public final class HealthEndpoints {
    private final Bus bus;

    public HealthEndpoints(Bus bus) {
        this.bus = bus;
    }

    public void mount(Router router) {
        router.get("/health/live").handler(ctx -> Replies.json(ctx, 200, Map.of("status", "UP")));
        router.get("/health/ready").handler(this::ready);
    }

    /** The server is ready if the database responds. If recording is paused, the body has the reason. */
    private void ready(RoutingContext ctx) {
        bus.request(new CheckHealth())
                .compose(healthy -> bus.request(new CheckRecording())
                        .compose(recording -> connectors().map(states -> ready(healthy, recording, states))))
                .onSuccess(body -> Replies.json(ctx, 200, body))
                .onFailure(failure -> {
                    String reason = failure instanceof RunlogException known ? known.getMessage() : "unknown";
                    Replies.json(ctx, 503, Map.of("status", "DOWN", "database", reason));
                });
    }

    private Future<CheckConnectors.States> connectors() {
        return bus.request(new CheckConnectors()).otherwise(CheckConnectors.States.NONE);
    }

    /** A source of events that cannot be reached does not make the server unready: all other requests work. */
    private static Map<String, String> ready(
            CheckHealth.Healthy healthy, CheckRecording.State recording, CheckConnectors.States connectors) {
        String refusal = recording.refusal();
        Map<String, String> body = new LinkedHashMap<>();
        body.put("status", "UP");
        body.put("database", "PostgreSQL " + healthy.postgresVersion());
        body.put("recording", refusal == null ? "UP" : refusal);
        body.putAll(connectors.states());
        return body;
    }
}

package dev.runlog.bench.load;

import static io.hyperfoil.http.steps.HttpStepCatalog.SC;

import io.hyperfoil.api.config.SequenceBuilder;
import io.hyperfoil.api.session.Session;
import io.hyperfoil.http.api.HttpMethod;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Each session starts an execution of a random workflow, waits for the response, finishes it and waits again. The calls
 * are the starts, with a placeholder for the ID in their bodies; {@code finish} is the body of the finish.
 */
final class Lifecycles {
    private static final String ID = "@ID@";

    private record Running(Call start, UUID id) {}

    private final List<Call> starts;
    private final String finish;
    private final Map<Integer, Running> running = new ConcurrentHashMap<>();

    Lifecycles(JsonObject load) {
        this.starts = Call.read(Path.of(load.getString("calls")));
        this.finish = load.getString("finish");
    }

    void addSteps(SequenceBuilder sequence) {
        addStep(sequence, this::start);
        addStep(sequence, session -> body(finish, running(session)));
    }

    private interface Body {
        ByteBuf of(Session session);
    }

    private void addStep(SequenceBuilder sequence, Body body) {
        // The body is requested before the headers.
        sequence.step(SC)
                .httpRequest(HttpMethod.POST)
                .path("/graphql")
                .body((session, connection) -> body.of(session))
                .headerAppender((session, writer) -> {
                    writer.putHeader("authorization", running(session).start().authorization());
                    writer.putHeader("content-type", "application/json");
                })
                .timeout("30s")
                .endStep();
    }

    private ByteBuf start(Session session) {
        Call start = starts.get(ThreadLocalRandom.current().nextInt(starts.size()));
        Running begun = new Running(start, newId());
        running.put(session.uniqueId(), begun);
        return body(start.body().toString(StandardCharsets.UTF_8), begun);
    }

    private static ByteBuf body(String template, Running running) {
        return Unpooled.copiedBuffer(template.replace(ID, running.id().toString()), StandardCharsets.UTF_8);
    }

    private Running running(Session session) {
        Running running = this.running.get(session.uniqueId());
        if (running == null) {
            throw new IllegalStateException("No execution was started.");
        }
        return running;
    }

    private static UUID newId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(
                (System.currentTimeMillis() << 16) | 0x7000 | random.nextInt(0x1000),
                random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L);
    }
}

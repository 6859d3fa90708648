package dev.runlog.bench.load;

import static io.hyperfoil.http.steps.HttpStepCatalog.SC;

import io.hyperfoil.api.config.SequenceBuilder;
import io.hyperfoil.api.session.Session;
import io.hyperfoil.http.api.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Each request is a random call; all calls have the same method. */
final class RandomCalls {
    private final List<Call> calls;
    /** Hyperfoil requests path, headers and body one after another; the session keeps its call in between. */
    private final Map<Integer, Call> chosen = new ConcurrentHashMap<>();

    RandomCalls(List<Call> calls) {
        this.calls = calls;
    }

    void addSteps(SequenceBuilder sequence) {
        HttpMethod method = HttpMethod.valueOf(calls.get(0).method());
        var request = sequence.step(SC)
                .httpRequest(method)
                .path(session -> choose(session).path())
                .headerAppender((session, writer) -> {
                    writer.putHeader("authorization", chosen(session).authorization());
                    if (method == HttpMethod.POST) {
                        writer.putHeader("content-type", "application/json");
                    }
                })
                .timeout("30s");
        if (method == HttpMethod.POST) {
            request.body((session, connection) -> chosen(session).body().duplicate());
        }
        request.endStep();
    }

    private Call choose(Session session) {
        Call call = calls.get(ThreadLocalRandom.current().nextInt(calls.size()));
        chosen.put(session.uniqueId(), call);
        return call;
    }

    private Call chosen(Session session) {
        Call call = chosen.get(session.uniqueId());
        if (call == null) {
            throw new IllegalStateException("No call was chosen.");
        }
        return call;
    }
}

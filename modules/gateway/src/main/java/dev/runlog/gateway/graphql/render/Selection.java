package dev.runlog.gateway.graphql.render;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.gateway.live.LiveSource;
import dev.runlog.gateway.memory.AnswerMemory;
import graphql.ExecutionResult;
import graphql.GraphQLError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** One selection of a subscription field. It turns events into results, in order. */
final class Selection implements Subscriber<ExecutionResult> {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final long number;
    private final Selections.Key key;
    private final LiveSource source;
    private final AnswerMemory memory;
    private final Queue<Promise<String>> waiting = new ArrayDeque<>();
    /** Number of its subscribers. */
    int subscribers;

    Selection(
            long number,
            Selections.Key key,
            LiveSource source,
            Publisher<ExecutionResult> results,
            AnswerMemory memory) {
        this.memory = memory;
        this.number = number;
        this.key = key;
        this.source = source;
        results.subscribe(this);
    }

    /** A number that is unique among selections. */
    long number() {
        return number;
    }

    Selections.Key key() {
        return key;
    }

    Future<String> render(Object event) {
        // Events that the library is still rendering come first.
        String rendered = waiting.isEmpty() ? source.renderDirectly(event) : null;
        if (rendered != null) {
            return Future.succeededFuture(rendered);
        }
        Promise<String> result = Promise.promise();
        waiting.add(result);
        Runnable end = source.render(event);
        return result.future().onComplete(done -> end.run());
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ExecutionResult result) {
        Promise<String> next = waiting.poll();
        if (next != null) {
            ExecutionResult coded = GraphqlErrors.withCodes(result);
            if (coded.getErrors().stream().anyMatch(Selection::isOverloaded)) {
                // If the client got its cursor, it would resume after an event that it did not receive.
                next.fail(RunlogException.overloaded(
                        "An event could not be read. Resume after the last one received.", RETRY_AFTER));
            } else {
                complete(next, coded);
            }
        }
    }

    private void complete(Promise<String> next, ExecutionResult result) {
        try (AnswerMemory.Lease lease = memory.open(key.viewer().subject())) {
            next.complete(JsonWriter.write(result.toSpecification(), lease::takeForOutput)
                    .toString());
        } catch (RunlogException tooMuch) {
            next.fail(tooMuch);
        }
    }

    private static boolean isOverloaded(GraphQLError error) {
        return error.getExtensions() != null
                && ErrorCode.OVERLOADED.name().equals(error.getExtensions().get("code"));
    }

    @Override
    public void onError(Throwable failure) {
        close(failure);
    }

    @Override
    public void onComplete() {
        close(new IllegalStateException("The selection was closed."));
    }

    /** Fails all pending results. */
    void close(Throwable why) {
        for (Promise<String> next = waiting.poll(); next != null; next = waiting.poll()) {
            next.fail(why);
        }
    }
}

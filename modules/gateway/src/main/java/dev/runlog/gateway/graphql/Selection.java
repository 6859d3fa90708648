package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.live.LiveSource;
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

/** One selection of one subscription field: events go in, results come out, in order. */
final class Selection implements Subscriber<ExecutionResult> {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final long number;
    private final Selections.Key key;
    private final LiveSource source;
    private final AnswerMemory memory;
    private final Queue<Promise<String>> waiting = new ArrayDeque<>();
    /** How many subscribers it has. */
    int users;

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

    /** No other selection has the same. */
    long number() {
        return number;
    }

    Selections.Key key() {
        return key;
    }

    Future<String> render(Object event) {
        // Nothing may overtake what the library still works at.
        String atOnce = waiting.isEmpty() ? source.renderAtOnce(event) : null;
        if (atOnce != null) {
            return Future.succeededFuture(atOnce);
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
            ExecutionResult coded = GraphqlEngine.withCodes(result);
            if (coded.getErrors().stream().anyMatch(Selection::passes)) {
                // With its cursor the client would go on behind an event that it was not told.
                next.fail(RunlogException.overloaded(
                        "An event could not be read; resume after the last one.", RETRY_AFTER));
            } else {
                complete(next, coded);
            }
        }
    }

    private void complete(Promise<String> next, ExecutionResult result) {
        try (AnswerMemory.Lease lease = memory.open(key.viewer().subject())) {
            next.complete(ResponseWriter.write(result.toSpecification(), lease::takeForOutput)
                    .toString());
        } catch (RunlogException tooMuch) {
            next.fail(tooMuch);
        }
    }

    private static boolean passes(GraphQLError error) {
        return error.getExtensions() != null
                && ErrorCode.OVERLOADED.name().equals(error.getExtensions().get("code"));
    }

    @Override
    public void onError(Throwable failure) {
        close(failure);
    }

    @Override
    public void onComplete() {
        close(new IllegalStateException("The selection ended."));
    }

    /** Fails what has not come out yet. */
    void close(Throwable why) {
        for (Promise<String> next = waiting.poll(); next != null; next = waiting.poll()) {
            next.fail(why);
        }
    }
}

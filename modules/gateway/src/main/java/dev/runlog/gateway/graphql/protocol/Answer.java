package dev.runlog.gateway.graphql.protocol;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.gateway.memory.AnswerMemory;
import graphql.ExecutionResult;
import io.vertx.core.buffer.Buffer;
import java.util.function.LongConsumer;

/** The result of an operation, with its memory. Call {@link #close} when it was sent or is not needed. */
public final class Answer implements AutoCloseable {
    private final AnswerMemory.Lease lease;
    private final LongConsumer onEnd;
    private ExecutionResult result;
    private boolean ended;

    /** @param onEnd called once with the bytes that were taken, when the answer is written or closed, or is a stream */
    public Answer(ExecutionResult result, AnswerMemory.Lease lease, LongConsumer onEnd) {
        this.lease = lease;
        this.onEnd = onEnd;
        RunlogException tooMuch = lease.failure();
        this.result = tooMuch == null ? result : GraphqlErrors.refusal(tooMuch);
        if (isStream()) {
            end(0);
        }
    }

    private void end(long bytes) {
        if (!ended) {
            ended = true;
            onEnd.accept(bytes);
        }
    }

    /** The result; after {@link #write}, the result that was written. */
    public ExecutionResult result() {
        return result;
    }

    /** Whether it is the stream of a subscription. */
    public boolean isStream() {
        return result.getData() instanceof ResultStream;
    }

    /** The response as JSON in UTF-8. A response that is too large is replaced by an error. */
    public Buffer write() {
        try {
            return JsonWriter.write(result.toSpecification(), lease::takeForOutput);
        } catch (RunlogException tooMuch) {
            result = GraphqlErrors.refusal(tooMuch);
            return JsonWriter.write(result.toSpecification());
        } finally {
            end(lease.bytes());
        }
    }

    /** Keeps memory for the request of a subscription alone, as long as the subscription is open. */
    public void holdOnly(GraphqlRequest request) {
        lease.holdOnly(request.bytes());
    }

    @Override
    public void close() {
        lease.close();
        end(lease.bytes());
    }
}

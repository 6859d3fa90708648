package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.RunlogException;
import graphql.ExecutionResult;
import io.vertx.core.buffer.Buffer;
import org.reactivestreams.Publisher;

/** The result of an operation with the memory that it holds until {@link #close}, once it is sent or given up. */
public final class Answer implements AutoCloseable {
    private final AnswerMemory.Lease lease;
    private ExecutionResult result;

    Answer(ExecutionResult result, AnswerMemory.Lease lease) {
        this.lease = lease;
        RunlogException tooMuch = lease.failure();
        this.result = tooMuch == null ? result : GraphqlEngine.refusal(tooMuch);
    }

    /** The result; after {@link #write} the one that was written. */
    public ExecutionResult result() {
        return result;
    }

    /** Whether it is a subscription's. */
    public boolean isStream() {
        return result.getData() instanceof Publisher;
    }

    /** The response as JSON in UTF-8; one that is too large is replaced by its refusal. */
    public Buffer write() {
        try {
            return ResponseWriter.write(result.toSpecification(), lease::takeForOutput);
        } catch (RunlogException tooMuch) {
            result = GraphqlEngine.refusal(tooMuch);
            return ResponseWriter.write(result);
        }
    }

    /** Takes the memory of a subscription's request, which is kept as long as it lasts. */
    void hold(GraphqlRequest request) {
        lease.take(request.bytes());
    }

    @Override
    public void close() {
        lease.close();
    }
}

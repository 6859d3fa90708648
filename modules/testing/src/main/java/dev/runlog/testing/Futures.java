package dev.runlog.testing;

import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits of a test's own thread for what happens elsewhere. */
public final class Futures {
    private static final long PATIENCE_SECONDS = 30;

    private Futures() {}

    /** The future's result; throws what it fails with as it is where unchecked, and an error after half a minute. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(failure.getCause());
        } catch (TimeoutException tooLong) {
            throw new AssertionError("Nothing came within " + PATIENCE_SECONDS + " s.", tooLong);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError("The test was interrupted.", stop);
        }
    }

    /** What the future fails with; an error where it succeeds. */
    public static Throwable awaitFailure(Future<?> future) {
        return await(future.map(result -> (Throwable) new AssertionError("Expected a failure, got " + result))
                .otherwise(failure -> failure));
    }
}

package dev.runlog.testing;

import io.vertx.core.Future;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Blocking waits for the test thread. */
public final class Futures {
    private static final long TIMEOUT_SECONDS = 30;

    private Futures() {}

    /** Returns the future's result. Throws its failure, wrapped if checked, and an AssertionError after 30 s. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(failure.getCause());
        } catch (TimeoutException timeout) {
            throw new AssertionError("Timed out after " + TIMEOUT_SECONDS + " s.", timeout);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError("The test was interrupted.", stop);
        }
    }

    /** Returns the future's failure; throws an AssertionError if it succeeds. */
    public static Throwable awaitFailure(Future<?> future) {
        return await(future.map(result -> (Throwable) new AssertionError("Expected a failure, got " + result))
                .otherwise(failure -> failure));
    }
}

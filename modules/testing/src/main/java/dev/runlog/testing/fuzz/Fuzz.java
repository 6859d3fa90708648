package dev.runlog.testing.fuzz;

import io.vertx.core.eventbus.ReplyException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.quicktheories.QuickTheory;
import org.quicktheories.core.Gen;

/**
 * Checks a property with generated inputs: a few hundred, or as many as fit into {@code -Drunlog.fuzz=PT10M} per
 * property. Prints the seed; {@code -Drunlog.fuzz.seed} repeats it.
 */
public final class Fuzz {
    private static final int EXAMPLES = 400;
    /** Far more than any input needs, even on a busy machine. */
    private static final Duration INPUT_TIME_MAX = Duration.ofSeconds(30);

    private static final int MESSAGE_CHARS_MAX = 1000;
    private static final int SHRINK_CYCLES = 2000;

    private Fuzz() {}

    /** The current input and its start time. */
    private static final class Progress {
        private final AtomicLong checked = new AtomicLong();
        private volatile Object input = "";
        private volatile long startedAt = System.nanoTime();

        void begin(Object next) {
            input = next;
            startedAt = System.nanoTime();
        }

        boolean isStuck() {
            return System.nanoTime() - startedAt > INPUT_TIME_MAX.toNanos();
        }
    }

    /** Checks that the parser accepts each input or rejects it with a client error, in bounded time. */
    public static <T> void checkParser(Gen<T> inputs, Consumer<T> parser) {
        check(inputs, input -> accepts(() -> parser.accept(input)));
    }

    /** Returns whether the parser accepts its input; fails unless a rejection is a short client error. */
    public static boolean accepts(Runnable parser) {
        try {
            parser.run();
            return true;
        } catch (ReplyException rejected) {
            // A RunlogException, which uses the HTTP status as its failure code.
            String message = String.valueOf(rejected.getMessage());
            if (rejected.failureCode() >= 500 || message.length() > MESSAGE_CHARS_MAX) {
                throw new AssertionError("Rejected with " + rejected.failureCode() + ": " + message, rejected);
            }
            return false;
        }
    }

    /** Checks that the property holds for each input. */
    public static <T> void check(Gen<T> inputs, Consumer<T> property) {
        check(EXAMPLES, inputs, property);
    }

    /** Checks a slow property with the given number of inputs, unless a time is set. */
    public static <T> void check(int examples, Gen<T> inputs, Consumer<T> property) {
        QuickTheory theory = theory(examples);
        Progress progress = new Progress();
        FutureTask<@Nullable Void> run = new FutureTask<>(
                () -> {
                    theory.forAll(inputs.describedAs(Inputs::shown)).checkAssert(input -> {
                        progress.begin(input);
                        property.accept(input);
                        progress.checked.incrementAndGet();
                    });
                },
                null);
        Thread thread = new Thread(run, "fuzz");
        thread.setDaemon(true);
        thread.start();
        await(run, thread, progress);
        System.out.println(progress.checked + " inputs");
    }

    private static QuickTheory theory(int examples) {
        long seed = Long.getLong("runlog.fuzz.seed", new SecureRandom().nextLong());
        String time = System.getProperty("runlog.fuzz", "");
        System.out.println(caller() + ": -Drunlog.fuzz.seed=" + seed);
        QuickTheory theory = QuickTheory.qt().withFixedSeed(seed).withShrinkCycles(SHRINK_CYCLES);
        return time.isEmpty()
                ? theory.withExamples(examples)
                : theory.withUnlimitedExamples()
                        .withTestingTime(Duration.parse(time).toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String caller() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().equals(Fuzz.class.getName()))
                        .findFirst()
                        .map(frame -> frame.getClassName() + "#" + frame.getMethodName())
                        .orElse(""));
    }

    private static void await(FutureTask<@Nullable Void> run, Thread thread, Progress progress) {
        try {
            while (true) {
                try {
                    run.get(1, TimeUnit.SECONDS);
                    return;
                } catch (TimeoutException running) {
                    if (progress.isStuck()) {
                        AssertionError stuck = new AssertionError("Timed out after " + INPUT_TIME_MAX.toSeconds()
                                + " s on input: " + Inputs.shown(progress.input));
                        stuck.setStackTrace(thread.getStackTrace());
                        thread.interrupt();
                        throw stuck;
                    }
                }
            }
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Error error) {
                throw error;
            }
            throw new AssertionError(failure.getCause());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }
}

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
 * Runs a property on generated inputs: a few hundred of them, or as many as fit into the time that {@code
 * -Drunlog.fuzz=PT10M} gives to each property. The seed is printed, and {@code -Drunlog.fuzz.seed} repeats it.
 */
public final class Fuzz {
    private static final int EXAMPLES = 400;
    /** Far beyond what any input takes, even on a busy machine. */
    private static final Duration INPUT_TIME_MAX = Duration.ofSeconds(30);

    private static final int MESSAGE_CHARS_MAX = 1000;
    private static final int SHRINK_CYCLES = 2000;

    private Fuzz() {}

    /** The input that is being checked, and since when. */
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

    /** Checks that the parser takes each input, or refuses it with a client's error. Fails if an input takes forever. */
    public static <T> void checkParser(Gen<T> inputs, Consumer<T> parser) {
        check(inputs, input -> accepts(() -> parser.accept(input)));
    }

    /** Returns whether the parser took its input; fails unless it refused it with a short error of the client's. */
    public static boolean accepts(Runnable parser) {
        try {
            parser.run();
            return true;
        } catch (ReplyException refused) {
            // A RunlogException; its number is the HTTP status of its code.
            String message = String.valueOf(refused.getMessage());
            if (refused.failureCode() >= 500 || message.length() > MESSAGE_CHARS_MAX) {
                throw new AssertionError("Refused by " + refused.failureCode() + ": " + message, refused);
            }
            return false;
        }
    }

    /** Checks that the property holds for each input. */
    public static <T> void check(Gen<T> inputs, Consumer<T> property) {
        check(EXAMPLES, inputs, property);
    }

    /** The same for a property that takes longer: with so many inputs, unless a time is given. */
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
                        AssertionError stuck = new AssertionError("No end after " + INPUT_TIME_MAX.toSeconds()
                                + " s of: " + Inputs.shown(progress.input));
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

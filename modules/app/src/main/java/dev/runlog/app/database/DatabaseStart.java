package dev.runlog.app.database;

import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.db.Migrations;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings up the database, the embedded one where none is configured, and its schema, in a thread of its own: half of a
 * start is made of what needs no database, and need not wait for it.
 */
public final class DatabaseStart implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DatabaseStart.class);
    private static final long PAUSE_MILLIS = 500;

    private final RunlogConfig config;
    private final CountDownLatch givenUp = new CountDownLatch(1);
    private final CompletableFuture<Started> started;
    private volatile @Nullable EmbeddedDatabase embedded;
    private volatile @Nullable DatabaseKeeper keeper;

    /**
     * A database that is there.
     *
     * @param url where, with user and password
     * @param migrations how many were missing and have been applied
     */
    public record Started(String url, int migrations) {}

    private DatabaseStart(RunlogConfig config, @Nullable FileChannel lock) {
        this.config = config;
        this.started =
                CompletableFuture.supplyAsync(() -> start(lock), task -> new Thread(task, "database-start").start());
    }

    /** Begins, with the data directory of an embedded database locked; fails where it is another's. */
    public static DatabaseStart begin(RunlogConfig config) {
        return new DatabaseStart(config, config.isEmbedded() ? EmbeddedDatabase.lock(config.dataDirectory()) : null);
    }

    /** Waits until it is there; fails with a {@link StartFailure}. */
    public Started await() {
        try {
            return started.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof StartFailure known ? known : failure;
        }
    }

    /**
     * Watches over an embedded database that is there: restarts it when it stops, and says while its disk is nearly full
     * why nothing may be recorded. A database of the user's own is left to them.
     *
     * @param onGivenUp called with the reason if it stopped and cannot be started again
     * @return why nothing may be recorded at the moment, empty where nothing speaks against it
     */
    public Supplier<Optional<String>> keep(MeterRegistry meters, Consumer<String> onGivenUp) {
        EmbeddedDatabase own = embedded;
        if (own == null) {
            return Optional::empty;
        }
        DatabaseConfig database = config.database();
        // The WAL may have been moved to a disk of its own.
        FreeSpace space = new FreeSpace(List.of(own.data(), own.data().resolve("pg_wal")), database.freeMin(), meters);
        keeper = new DatabaseKeeper(own, space, database.restartsMax(), meters, onGivenUp);
        return space::refusal;
    }

    /** Stops the database if it is the embedded one, and before that its start if that is under way. */
    @Override
    public void close() {
        givenUp.countDown();
        started.exceptionally(failure -> null).join();
        DatabaseKeeper keeping = keeper;
        if (keeping != null) {
            keeping.close();
        }
        EmbeddedDatabase own = embedded;
        if (own != null) {
            own.close();
        }
    }

    private Started start(@Nullable FileChannel lock) {
        if (lock == null) {
            return migrate(config.database().url());
        }
        EmbeddedDatabase own = EmbeddedDatabase.start(config.dataDirectory(), lock);
        embedded = own;
        return migrate(own.url());
    }

    private Started migrate(String url) {
        DatabaseConfig database = config.database();
        long deadline = System.nanoTime() + database.startWait().toNanos();
        boolean waits = false;
        while (true) {
            try {
                int applied = Migrations.run(url);
                if (applied > 0) {
                    log.info("Applied {} migrations.", applied);
                }
                return new Started(url, applied);
            } catch (FlywayException failure) {
                if (Migrations.isOfAnotherBuild(failure)) {
                    throw new StartFailure(ofAnotherBuild(url), failure);
                }
                String reason = StartFailure.firstLine(failure);
                if (!Migrations.isPassing(failure) || System.nanoTime() > deadline) {
                    throw new StartFailure("The database cannot be migrated: " + reason, failure);
                }
                if (!waits) {
                    waits = true;
                    log.warn("Waits up to {} for the database: {}", database.startWait(), reason);
                }
                pause();
            } catch (IllegalArgumentException malformed) {
                throw new StartFailure(
                        "database.url is no URL such as postgresql://user:password@host:port/name.", malformed);
            }
        }
    }

    private String ofAnotherBuild(String url) {
        if (config.isEmbedded()) {
            return "Another build of Runlog made the data in " + config.dataDirectory()
                    + ". Before 0.1.0 data is not upgraded: remove this directory, or set another data-dir.";
        }
        URI database = URI.create(url);
        return "Another build of Runlog made the schema of the database "
                + database.getPath().substring(1) + " at " + database.getHost()
                + ". Before 0.1.0 data is not upgraded: set database.url to an empty database.";
    }

    private void pause() {
        try {
            if (givenUp.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new StartFailure("Stopped while it waited for the database.", new IllegalStateException());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", stop);
        }
    }
}

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
 * Starts the embedded database if none is configured, and migrates the database. Runs on its own thread, because half
 * of a server's start does not need the database.
 */
public final class DatabaseStart implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DatabaseStart.class);
    private static final long PAUSE_MILLIS = 500;
    /** Connections of retention and recording beside its writers, and of tools. */
    private static final int OTHER_CONNECTIONS = 20;

    private final RunlogConfig config;
    private final CountDownLatch givenUp = new CountDownLatch(1);
    private final CompletableFuture<Started> started;
    private volatile @Nullable EmbeddedDatabase embedded;
    private volatile @Nullable DatabaseKeeper keeper;

    /**
     * A database that is ready.
     *
     * @param url with user and password
     * @param migrations number of migrations that were applied
     */
    public record Started(String url, int migrations) {}

    private DatabaseStart(RunlogConfig config, @Nullable FileChannel lock) {
        this.config = config;
        this.started =
                CompletableFuture.supplyAsync(() -> start(lock), task -> new Thread(task, "database-start").start());
    }

    /** Locks the data directory of an embedded database and starts. Fails if another process holds the lock. */
    public static DatabaseStart begin(RunlogConfig config) {
        return new DatabaseStart(config, config.isEmbedded() ? EmbeddedDatabase.lock(config.dataDirectory()) : null);
    }

    /** Waits until the database is ready; fails with a {@link StartFailure}. */
    public Started await() {
        try {
            return started.join();
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof StartFailure known ? known : failure;
        }
    }

    /**
     * Monitors a running embedded database: restarts it when it stops, and pauses recording while its disk is nearly
     * full. Does nothing for an external database.
     *
     * @param onGivenUp called with the reason if it stopped and cannot be restarted
     * @return why recording is paused at the moment; empty if it is not
     */
    public Supplier<Optional<String>> monitor(MeterRegistry meters, Consumer<String> onGivenUp) {
        EmbeddedDatabase own = embedded;
        if (own == null) {
            return Optional::empty;
        }
        DatabaseConfig database = config.database();
        // The WAL may be on its own disk.
        FreeSpace space = new FreeSpace(List.of(own.data(), own.data().resolve("pg_wal")), database.freeMin(), meters);
        keeper = new DatabaseKeeper(own, space, database.restartsMax(), meters, onGivenUp);
        return space::refusal;
    }

    /** Aborts a start in progress and stops the embedded database. */
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
        EmbeddedDatabase own = EmbeddedDatabase.start(config.dataDirectory(), lock, connectionsMax());
        embedded = own;
        return migrate(own.url());
    }

    /** Connections of all modules, with some to spare for tools. */
    private int connectionsMax() {
        int loops = config.eventLoops();
        DatabaseConfig ofLoop = config.database().dividedBy(loops);
        int reading = loops * (ofLoop.poolSize() + ofLoop.poolReserve() + 1);
        return Math.max(
                EmbeddedDatabase.CONNECTIONS_MAX, reading + config.recording().writers() + OTHER_CONNECTIONS);
    }

    private Started migrate(String url) {
        DatabaseConfig database = config.database();
        long deadline = System.nanoTime() + database.startWait().toNanos();
        boolean waiting = false;
        while (true) {
            try {
                int applied = Migrations.run(url);
                if (applied > 0) {
                    log.info("Migrations applied: {}.", applied);
                }
                return new Started(url, applied);
            } catch (FlywayException failure) {
                if (Migrations.isFromAnotherBuild(failure)) {
                    throw new StartFailure(schemaMismatch(url), failure);
                }
                String reason = StartFailure.firstLine(failure);
                if (!Migrations.isTransient(failure) || System.nanoTime() > deadline) {
                    throw new StartFailure("Cannot migrate the database: " + reason, failure);
                }
                if (!waiting) {
                    waiting = true;
                    log.warn(
                            "Waiting up to {} s for the database: {}",
                            database.startWait().toSeconds(),
                            reason);
                }
                pause();
            } catch (IllegalArgumentException malformed) {
                throw new StartFailure(
                        "Invalid database.url (expected postgresql://user:password@host:port/name).", malformed);
            }
        }
    }

    private String schemaMismatch(String url) {
        if (config.isEmbedded()) {
            return "The data in " + config.dataDirectory()
                    + " was created by another build of Runlog. Data is not upgraded "
                    + "before 0.1.0: remove this directory, or set another data-dir.";
        }
        URI database = URI.create(url);
        return "The schema of database " + database.getPath().substring(1) + " at " + database.getHost()
                + " was created by another build of Runlog. Data is not upgraded before 0.1.0: set database.url to an "
                + "empty database.";
    }

    private void pause() {
        try {
            if (givenUp.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new StartFailure("Stopped while waiting for the database.", new IllegalStateException());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", stop);
        }
    }
}

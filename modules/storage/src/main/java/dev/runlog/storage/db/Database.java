package dev.runlog.storage.db;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.fair.FairTurns;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbcurlresolver.PgPassParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections for reading and cleaning. Every statement is prepared once a connection and planned once for all of its
 * arguments, carries the name of its operation into the metric {@code runlog.query}, and fails with {@code OVERLOADED}
 * where the database is away, too slow or too busy; any other failure is a fault of Runlog and comes as it is.
 */
public final class Database {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** For filling the successor of a partition: some seconds a million rows, unless the machine is busy. */
    private static final Duration CLEANING_TIMEOUT = Duration.ofMinutes(10);

    /** The time of some dozen pages that are in memory. */
    private static final Duration SHARED_PATIENCE = Duration.ofMillis(5);

    private static final int RETENTION_CONNECTIONS = 2;
    private static final int RETENTION_RESERVE = 1;

    /** Of the names of connections, as the database shows them. */
    static final String NAME_PREFIX = "runlog-";

    private static final String RETENTION = "retention";
    private static final String CLEANING = "cleaning";
    private static final String QUERY_CANCELED = "57014";

    /** The reader that Runlog's own statements are charged to; no token has this subject. */
    public static final String RUNLOG = "";

    private final FairPool pool;
    private final @Nullable SharedConnection shared;
    private final GuardedPool cleaning;
    private final Vertx vertx;
    private final ForegroundWork foregroundWork;
    private final MeterRegistry meters;
    private final Map<String, Timer> timers = new ConcurrentHashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean away = new AtomicBoolean();

    private Database(
            Vertx vertx,
            DatabaseConfig config,
            int connections,
            int reserved,
            @Nullable SharedConnection shared,
            String purpose,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.foregroundWork = ForegroundWork.of(vertx);
        this.pool = new FairPool(
                vertx,
                pool(vertx, config, connections + reserved, purpose),
                new FairTurns<>("reads", connections, reserved, config.poolQueueMax(), config.poolQueueOwnerShare()),
                config.poolWait());
        this.shared = shared;
        this.cleaning = pool(vertx, config.withStatementTimeout(CLEANING_TIMEOUT), 1, CLEANING);
        this.meters = meters;
        Gauge.builder("runlog.database.underway", underWay, AtomicInteger::get)
                .description("Statements and transactions that run or wait for a connection.")
                .tag("purpose", purpose)
                .register(meters);
        Gauge.builder("runlog.database.connections.max", () -> connections + reserved)
                .description("Connections at the most, besides the one that short statements share.")
                .tag("purpose", purpose)
                .register(meters);
    }

    /** Opens connections as they are needed; {@link #check} tells whether the database answers. */
    public static Database open(Vertx vertx, DatabaseConfig config, MeterRegistry meters) {
        return new Database(
                vertx,
                config,
                config.poolSize(),
                config.poolReserve(),
                new SharedConnection(pool(vertx, config, 1, "pages"), config.pipelining(), SHARED_PATIENCE),
                "reading",
                meters);
    }

    /**
     * The same for retention, which needs few. A connection lives on the event loop that it was opened from, and a page
     * that is read by one of another loop costs two switches between threads.
     */
    public static Database openForRetention(Vertx vertx, DatabaseConfig config, MeterRegistry meters) {
        return new Database(vertx, config, RETENTION_CONNECTIONS, RETENTION_RESERVE, null, RETENTION, meters);
    }

    /** Whether this server runs statements for readers or for recording, or did so within a while. */
    public boolean hasForegroundWork(Duration within) {
        return foregroundWork.isSeenWithin(within);
    }

    /** Without a password in the URL, that of PGPASSFILE or ~/.pgpass, as JDBC takes it. */
    static PgConnectOptions connectOptions(String url) {
        PgConnectOptions options = PgConnectOptions.fromUri(url);
        if (Migrations.user(url).length < 2) {
            String password = PgPassParser.getPassword(
                    options.getHost(), Integer.toString(options.getPort()), options.getDatabase(), options.getUser());
            if (password != null) {
                options.setPassword(password);
            }
        }
        return options;
    }

    /** A pool of its own for a purpose that must not wait for others, nor others for it. */
    public static GuardedPool pool(Vertx vertx, DatabaseConfig config, int connections, String purpose) {
        String name = NAME_PREFIX + purpose;
        ForegroundWork work =
                Set.of(RETENTION, CLEANING).contains(purpose) ? new ForegroundWork() : ForegroundWork.of(vertx);
        PgConnectOptions connect = connectOptions(config.url())
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheMaxSize(config.preparedStatementsMax())
                // The default keeps no statement of more than 2048 characters.
                .setPreparedStatementCacheSqlFilter(sql -> true)
                .setPipeliningLimit(config.pipelining())
                // Planning a page for its arguments costs more than reading it (docs/decisions/0002-storage-layout.md).
                .addProperty("plan_cache_mode", "force_generic_plan")
                // A plan for any arguments is estimated so high that it would be compiled, each time that it runs.
                .addProperty("jit", "off")
                .addProperty(
                        "statement_timeout",
                        Long.toString(config.statementTimeout().toMillis()))
                .addProperty("application_name", name);
        PoolOptions options = new PoolOptions()
                .setName(name)
                .setMaxSize(connections)
                .setMaxWaitQueueSize(config.poolQueueMax())
                // GuardedPool bounds the wait.
                .setConnectionTimeout(0);
        // These bound the way to a connection; what is asked of it then, its guard bounds.
        int answerMillis = Math.toIntExact(config.answerTimeout().toMillis());
        NetClientOptions sockets = new NetClientOptions()
                .setConnectTimeout(answerMillis)
                .setReadIdleTimeout(answerMillis)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        Pool pool = PgBuilder.pool()
                .connectingTo(connect)
                .with(options)
                .with(sockets)
                .withConnectHandler(connection -> {
                    AnswerGuard.install(connection, config.answerTimeout(), work);
                    connection.close();
                })
                .using(vertx)
                .build();
        return new GuardedPool(pool, config.poolWait());
    }

    /** Runs one statement of Runlog's own, on a connection that it has for itself. */
    public Future<RowSet<Row>> query(String operation, String sql, Tuple arguments) {
        return query(RUNLOG, operation, sql, arguments);
    }

    /**
     * Runs one statement on a connection that it has for itself, when it is the reader's turn.
     *
     * @param reader the subject that is charged for the statement's time
     */
    public Future<RowSet<Row>> query(String reader, String operation, String sql, Tuple arguments) {
        return query(reader, operation, sql, arguments, Allowance.UNLIMITED);
    }

    /** The same for an answer that has an allowance; once it is used up, further rows are dropped as they come. */
    public Future<RowSet<Row>> query(
            String reader, String operation, String sql, Tuple arguments, Allowance allowance) {
        return timed(operation, pool.use(reader, connection -> connection
                .preparedQuery(sql)
                .mapping(RowMemory.counted(allowance))
                .execute(arguments)));
    }

    /** Runs one statement that is expected to be short, among those of others if there is room. */
    public Future<RowSet<Row>> queryShort(String reader, String operation, String sql, Tuple arguments) {
        return queryShort(reader, operation, sql, arguments, Allowance.UNLIMITED);
    }

    /** The same for an answer that has an allowance. */
    public Future<RowSet<Row>> queryShort(
            String reader, String operation, String sql, Tuple arguments, Allowance allowance) {
        Future<RowSet<Row>> rows = shared == null ? null : shared.query(reader, sql, arguments, allowance);
        return rows == null ? query(reader, operation, sql, arguments, allowance) : timed(operation, rows);
    }

    /** Runs work of Runlog's own on one connection, in transactions of its own making. */
    public <T> Future<T> onConnection(String operation, Function<SqlConnection, Future<T>> work) {
        return onConnection(RUNLOG, operation, work);
    }

    /** The same, when it is the reader's turn. */
    public <T> Future<T> onConnection(String reader, String operation, Function<SqlConnection, Future<T>> work) {
        return timed(operation, pool.use(reader, work));
    }

    /** Runs statements on one connection, committed together when the returned future succeeds, else rolled back. */
    public <T> Future<T> inTransaction(String operation, Function<SqlConnection, Future<T>> work) {
        return onConnection(operation, connection -> transaction(connection, work));
    }

    /** Runs work on a connection, committed when it succeeds, else rolled back. */
    public static <T> Future<T> transaction(SqlConnection connection, Function<SqlConnection, Future<T>> work) {
        return connection.begin().compose(transaction -> work.apply(connection)
                .compose(
                        result -> transaction.commit().map(result),
                        failure ->
                                transaction.rollback().otherwiseEmpty().compose(over -> Future.failedFuture(failure))));
    }

    /** Runs work on the one connection that cleans, for as long as it takes; whoever comes second waits. */
    public <T> Future<T> withCleaningConnection(Function<SqlConnection, Future<T>> work) {
        return cleaning.use(work).recover(failure -> Future.failedFuture(translated("cleaning", failure)));
    }

    /** Succeeds after a while. */
    public Future<Void> pause(Duration time) {
        return vertx.timer(Math.max(1, Math.round(time.toNanos() / 1e6)), TimeUnit.MILLISECONDS)
                .mapEmpty();
    }

    /** The version of PostgreSQL, such as {@code 18.6}; fails where it does not answer. */
    public Future<String> check() {
        return query("check", "SELECT current_setting('server_version') AS version", Tuple.tuple())
                .map(rows -> rows.iterator().next().getString("version"));
    }

    /** Waits for what is under way, then closes the connections. */
    public Future<Void> close() {
        Future<Void> sharedClosed = shared == null ? Future.succeededFuture() : shared.close();
        return Future.join(cleaning.close(), sharedClosed, pool.close()).mapEmpty();
    }

    private <T> Future<T> timed(String operation, Future<T> outcome) {
        Timer.Sample sample = Timer.start(meters);
        underWay.incrementAndGet();
        return outcome.onComplete(done -> {
                    underWay.decrementAndGet();
                    sample.stop(timer(operation));
                    if (done.succeeded() && away.getAndSet(false)) {
                        log.info("The database answers again.");
                    }
                })
                .recover(failure -> Future.failedFuture(translated(operation, failure)));
    }

    private Timer timer(String operation) {
        return timers.computeIfAbsent(operation, name -> Timer.builder("runlog.query")
                .description("Time of a statement, the wait for a connection included.")
                .tag("operation", name)
                .publishPercentileHistogram()
                .register(meters));
    }

    private Throwable translated(String operation, Throwable failure) {
        if (failure instanceof RunlogException) {
            return failure;
        }
        if (failure instanceof PgException refused && QUERY_CANCELED.equals(refused.getSqlState())) {
            log.warn("{} took longer than database.statement-timeout and was cancelled.", operation);
            return RunlogException.overloaded("The database took too long for this.", RETRY_AFTER);
        }
        if (WriteFailure.of(failure) == WriteFailure.AWAY) {
            if (!away.getAndSet(true)) {
                log.warn("The database does not answer: {}", failure.toString());
            }
            return WriteFailure.overloaded(failure);
        }
        return failure;
    }
}

package dev.runlog.storage.db;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.fair.FairTurns;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbcurlresolver.PgPassParser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections for reading and cleaning. Each statement is prepared once per connection and planned once for all
 * arguments. The metric {@code runlog.query} has its operation as a tag. It fails with {@code OVERLOADED} if the
 * database is unavailable, too slow or too busy; other failures are bugs and are passed on unchanged.
 */
public final class Database {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Allows for rewriting a partition, which takes some seconds per million rows on an idle machine. */
    private static final Duration CLEANING_TIMEOUT = Duration.ofMinutes(10);

    /** The time of a few dozen cached pages. */
    private static final Duration SHARED_PATIENCE = Duration.ofMillis(5);

    private static final int RETENTION_CONNECTIONS = 2;
    private static final int RETENTION_RESERVE = 1;

    /** Prefix of the connection names in pg_stat_activity. */
    static final String NAME_PREFIX = "runlog-";

    private static final String READING = "reading";
    private static final String RETENTION = "retention";
    private static final String CLEANING = "cleaning";
    private static final String QUERY_CANCELED = "57014";

    /** The reader that is charged for Runlog's own statements. No token has this subject. */
    public static final String RUNLOG = "";

    private final FairPool pool;
    private final @Nullable SharedConnection shared;
    private final GuardedPool cleaning;
    private final Vertx vertx;
    private final DatabaseConfig config;
    private final ForegroundWork foregroundWork;
    private final MeterRegistry meters;
    private final Map<String, Timer> timers = new ConcurrentHashMap<>();
    private final DatabaseGauges gauges;
    private final AtomicBoolean unavailable = new AtomicBoolean();

    private Database(
            Vertx vertx,
            DatabaseConfig config,
            int connections,
            int reserved,
            @Nullable SharedConnection shared,
            String purpose,
            DatabaseGauges gauges,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.config = config;
        this.foregroundWork = ForegroundWork.of(vertx);
        this.pool = new FairPool(
                vertx,
                pool(vertx, config, connections + reserved, purpose),
                new FairTurns<>("reads", connections, reserved, config.poolQueueMax(), config.poolQueueOwnerShare()),
                config.poolWait());
        this.shared = shared;
        this.cleaning = pool(vertx, config.withStatementTimeout(CLEANING_TIMEOUT), 1, CLEANING);
        this.meters = meters;
        this.gauges = gauges;
        gauges.addConnections(connections + reserved);
    }

    /** Opens connections on demand; {@link #check} checks whether the database is available. */
    public static Database open(Vertx vertx, DatabaseConfig config, MeterRegistry meters) {
        return open(vertx, config, new DatabaseGauges(READING, meters), meters);
    }

    /**
     * Opens a database for each event loop that reads. A connection belongs to the loop that uses it first, so each
     * database must be used on one loop only. Together they have the configured number of connections.
     */
    public static List<Database> openForLoops(Vertx vertx, DatabaseConfig config, int loops, MeterRegistry meters) {
        DatabaseConfig ofLoop = config.dividedBy(loops);
        DatabaseGauges gauges = new DatabaseGauges(READING, meters);
        return IntStream.range(0, loops)
                .mapToObj(loop -> open(vertx, ofLoop, gauges, meters))
                .toList();
    }

    private static Database open(Vertx vertx, DatabaseConfig config, DatabaseGauges gauges, MeterRegistry meters) {
        return new Database(
                vertx,
                config,
                config.poolSize(),
                config.poolReserve(),
                new SharedConnection(pool(vertx, config, 1, "pages"), config.pipelining(), SHARED_PATIENCE),
                READING,
                gauges,
                meters);
    }

    /**
     * Opens a few connections for retention. Retention has its own because a connection belongs to the event loop that
     * opened it, and using it from another loop costs two thread switches per page.
     */
    public static Database openForRetention(Vertx vertx, DatabaseConfig config, MeterRegistry meters) {
        return new Database(
                vertx,
                config,
                RETENTION_CONNECTIONS,
                RETENTION_RESERVE,
                null,
                RETENTION,
                new DatabaseGauges(RETENTION, meters),
                meters);
    }

    /** Runs the first statement of a module: see {@link Startup#untilAvailable}. */
    public <T> Future<T> untilAvailable(Supplier<Future<T>> statement) {
        return Startup.untilAvailable(vertx, config, statement);
    }

    /** Whether this server runs statements for readers or recording, or did within the given time. */
    public boolean hasForegroundWork(Duration within) {
        return foregroundWork.isSeenWithin(within);
    }

    /** Without a password in the URL, uses the one in PGPASSFILE or ~/.pgpass, as JDBC does. */
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

    /** Opens a separate pool for work that must not compete with others for connections. */
    public static GuardedPool pool(Vertx vertx, DatabaseConfig config, int connections, String purpose) {
        String name = NAME_PREFIX + purpose;
        ForegroundWork work =
                Set.of(RETENTION, CLEANING).contains(purpose) ? new ForegroundWork() : ForegroundWork.of(vertx);
        PgConnectOptions connect = connectOptions(config.url())
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheMaxSize(config.preparedStatementsMax())
                // By default, statements of more than 2048 characters are not cached.
                .setPreparedStatementCacheSqlFilter(sql -> true)
                .setPipeliningLimit(config.pipelining())
                // Planning a page for its arguments takes longer than reading it
                // (docs/decisions/0002-storage-layout.md).
                .addProperty("plan_cache_mode", "force_generic_plan")
                // The cost estimate of a generic plan is so high that PostgreSQL would JIT-compile it for each run.
                .addProperty("jit", "off")
                .addProperty(
                        "statement_timeout",
                        Long.toString(config.statementTimeout().toMillis()))
                .addProperty("application_name", name);
        PoolOptions options = new PoolOptions()
                .setName(name)
                .setMaxSize(connections)
                .setMaxWaitQueueSize(config.poolQueueMax())
                // GuardedPool limits the wait.
                .setConnectionTimeout(0);
        // Limits for opening a connection. After that, its guard applies.
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

    /** Runs one of Runlog's own statements on a connection that it does not share. */
    public Future<RowSet<Row>> query(String operation, String sql, Tuple arguments) {
        return query(RUNLOG, operation, sql, arguments);
    }

    /**
     * Runs a statement on a connection that it does not share, when it is the reader's turn.
     *
     * @param reader the subject that is charged for the statement's time
     */
    public Future<RowSet<Row>> query(String reader, String operation, String sql, Tuple arguments) {
        return query(reader, operation, sql, arguments, Allowance.UNLIMITED);
    }

    /**
     * The same for a response with an allowance. When it is used up, the statement fails and further rows are dropped.
     */
    public Future<RowSet<Row>> query(
            String reader, String operation, String sql, Tuple arguments, Allowance allowance) {
        return timed(operation, pool.use(reader, connection -> connection
                .preparedQuery(sql)
                .mapping(RowMemory.counted(allowance))
                .execute(arguments)));
    }

    /** Runs a statement that is expected to be short, on the shared connection if there is room. */
    public Future<RowSet<Row>> queryShort(String reader, String operation, String sql, Tuple arguments) {
        return queryShort(reader, operation, sql, arguments, Allowance.UNLIMITED);
    }

    /** The same for a response with an allowance. */
    public Future<RowSet<Row>> queryShort(
            String reader, String operation, String sql, Tuple arguments, Allowance allowance) {
        Future<RowSet<Row>> rows = shared == null ? null : shared.query(reader, sql, arguments, allowance);
        return rows == null ? query(reader, operation, sql, arguments, allowance) : timed(operation, rows);
    }

    /** Runs Runlog's own work on one connection; the work manages its transactions. */
    public <T> Future<T> onConnection(String operation, Function<SqlConnection, Future<T>> work) {
        return onConnection(RUNLOG, operation, work);
    }

    /** The same, when it is the reader's turn. */
    public <T> Future<T> onConnection(String reader, String operation, Function<SqlConnection, Future<T>> work) {
        return timed(operation, pool.use(reader, work));
    }

    /** Runs work in a transaction, which is committed if the work succeeds, else rolled back. */
    public <T> Future<T> inTransaction(String operation, Function<SqlConnection, Future<T>> work) {
        return onConnection(operation, connection -> transaction(connection, work));
    }

    /** Runs work in a transaction on the given connection. */
    public static <T> Future<T> transaction(SqlConnection connection, Function<SqlConnection, Future<T>> work) {
        return connection.begin().compose(transaction -> work.apply(connection)
                .compose(
                        result -> transaction.commit().map(result),
                        failure ->
                                transaction.rollback().otherwiseEmpty().compose(over -> Future.failedFuture(failure))));
    }

    /** Runs work on the single cleaning connection. Other callers wait until it is done. */
    public <T> Future<T> withCleaningConnection(Function<SqlConnection, Future<T>> work) {
        return cleaning.use(work).recover(failure -> Future.failedFuture(translated("cleaning", failure)));
    }

    /** Succeeds after the given time. */
    public Future<Void> pause(Duration time) {
        long millis = Math.round(time.toNanos() / 1e6);
        return millis < 1
                ? Future.succeededFuture()
                : vertx.timer(millis, TimeUnit.MILLISECONDS).mapEmpty();
    }

    /** Returns the version of PostgreSQL, such as {@code 18.6}; fails if it is unavailable. */
    public Future<String> check() {
        return query("check", "SELECT current_setting('server_version') AS version", Tuple.tuple())
                .map(rows -> rows.iterator().next().getString("version"));
    }

    /** Waits for running work, then closes the connections. */
    public Future<Void> close() {
        Future<Void> sharedClosed = shared == null ? Future.succeededFuture() : shared.close();
        return Future.join(cleaning.close(), sharedClosed, pool.close()).mapEmpty();
    }

    private <T> Future<T> timed(String operation, Future<T> outcome) {
        Timer.Sample sample = Timer.start(meters);
        gauges.begin();
        return outcome.onComplete(done -> {
                    gauges.end();
                    sample.stop(timer(operation));
                    if (done.succeeded() && unavailable.getAndSet(false)) {
                        log.info("The database is available again.");
                    }
                })
                .recover(failure -> Future.failedFuture(translated(operation, failure)));
    }

    private Timer timer(String operation) {
        return timers.computeIfAbsent(operation, name -> Timer.builder("runlog.query")
                .description("Time of a statement, including the wait for a connection.")
                .tag("operation", name)
                .publishPercentileHistogram()
                .register(meters));
    }

    private Throwable translated(String operation, Throwable failure) {
        if (failure instanceof RunlogException) {
            return failure;
        }
        if (failure instanceof PgException refused && QUERY_CANCELED.equals(refused.getSqlState())) {
            log.warn("Cancelled {}: it took longer than database.statement-timeout.", operation);
            return RunlogException.overloaded("The database took too long.", RETRY_AFTER);
        }
        if (WriteFailure.of(failure) == WriteFailure.UNAVAILABLE) {
            if (!unavailable.getAndSet(true)) {
                log.warn("The database is unavailable: {}", failure.toString());
            }
            return WriteFailure.overloaded(failure);
        }
        return failure;
    }
}

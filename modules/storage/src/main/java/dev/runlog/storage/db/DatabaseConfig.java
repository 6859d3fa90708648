package dev.runlog.storage.db;

import java.time.Duration;

/** The keys under {@code database} in config/runlog.yaml, which documents them. */
public record DatabaseConfig(
        String url,
        int poolSize,
        int poolReserve,
        int poolQueueMax,
        double poolQueueOwnerShare,
        Duration poolWait,
        Duration statementTimeout,
        Duration answerTimeout,
        Duration startWait,
        int pipelining,
        int preparedStatementsMax,
        long freeMin,
        int restartsMax) {

    /** Returns a copy for another database. */
    public DatabaseConfig withUrl(String other) {
        return with(other, statementTimeout, answerTimeout, poolSize, poolReserve, poolQueueMax);
    }

    /** Returns a copy with the share of one of several event loops: at least two connections, unless fewer are set. */
    public DatabaseConfig dividedBy(int loops) {
        return with(
                url,
                statementTimeout,
                answerTimeout,
                Math.max(Math.min(2, poolSize), share(poolSize, loops)),
                share(poolReserve, loops),
                share(poolQueueMax, loops));
    }

    /** Rounded up. */
    private static int share(int whole, int parts) {
        return (whole + parts - 1) / parts;
    }

    /** Returns a copy with another statement timeout. */
    DatabaseConfig withStatementTimeout(Duration timeout) {
        return with(url, timeout, timeout.plus(answerTimeout), poolSize, poolReserve, poolQueueMax);
    }

    private DatabaseConfig with(
            String url,
            Duration statementTimeout,
            Duration answerTimeout,
            int poolSize,
            int poolReserve,
            int poolQueueMax) {
        return new DatabaseConfig(
                url,
                poolSize,
                poolReserve,
                poolQueueMax,
                poolQueueOwnerShare,
                poolWait,
                statementTimeout,
                answerTimeout,
                startWait,
                pipelining,
                preparedStatementsMax,
                freeMin,
                restartsMax);
    }
}

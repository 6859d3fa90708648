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
        return with(other, statementTimeout, answerTimeout);
    }

    /** Returns a copy with another statement timeout. */
    DatabaseConfig withStatementTimeout(Duration timeout) {
        return with(url, timeout, timeout.plus(answerTimeout));
    }

    private DatabaseConfig with(String url, Duration statementTimeout, Duration answerTimeout) {
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

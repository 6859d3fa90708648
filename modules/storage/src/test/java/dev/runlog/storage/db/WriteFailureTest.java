package dev.runlog.storage.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import io.vertx.pgclient.PgException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WriteFailureTest {
    @ParameterizedTest
    @CsvSource({
        "53000, ERROR",
        "53100, ERROR",
        "53200, ERROR",
        "53300, FATAL",
        "57014, ERROR",
        "57P01, FATAL",
        "57P01, ERROR",
        "57P02, FATAL",
        "57P03, FATAL",
        "58000, ERROR",
        "58030, ERROR",
        "58P01, ERROR",
        "25006, ERROR"
    })
    void blamesNoRowForTheStateOfTheServer(String state, String severity) {
        assertThat(WriteFailure.of(new PgException("anything", severity, state, null)))
                .isEqualTo(WriteFailure.AWAY);
    }

    @Test
    void blamesTheRowForWhatItHolds() {
        assertThat(WriteFailure.of(new PgException("invalid byte sequence", "ERROR", "22021", null)))
                .isEqualTo(WriteFailure.BAD_ROW);
    }

    @Test
    void saysThatTheDiskIsFull() {
        PgException full = new PgException("could not extend file", "ERROR", "53100", null);
        PgException overQuota = new PgException("could not write: Disk quota exceeded", "ERROR", "XX000", null);

        assertThat(WriteFailure.of(overQuota)).isEqualTo(WriteFailure.AWAY);
        for (PgException failure : new PgException[] {full, overQuota}) {
            RunlogException answer = WriteFailure.overloaded(failure);
            assertThat(answer.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(answer).hasMessage("The database has no disk space left.");
        }
    }
}

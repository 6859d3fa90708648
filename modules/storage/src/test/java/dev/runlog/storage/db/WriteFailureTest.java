package dev.runlog.storage.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import io.vertx.pgclient.PgException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        "25006, ERROR",
        "57P01, FEHLER",
        "53100, ОШИБКА",
        "25P03, FATAL",
        "28P01, SCHWERWIEGEND",
        "3D000, FATAL",
        "42501, FATAL",
        "55000, FATAL"
    })
    void classifiesServerStatesAsUnavailable(String state, String severity) {
        assertThat(WriteFailure.of(new PgException("anything", severity, state, null)))
                .isEqualTo(WriteFailure.UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ERROR", "FEHLER", "ERREUR", "ОШИБКА", "エラー"})
    void classifiesInvalidValuesAsBadRowInAnyLanguage(String severity) {
        assertThat(WriteFailure.of(new PgException("invalid byte sequence", severity, "22021", null)))
                .isEqualTo(WriteFailure.BAD_ROW);
        assertThat(WriteFailure.of(new PgException("Speicheranforderung ist ungültig", severity, "XX000", null)))
                .isEqualTo(WriteFailure.BAD_ROW);
    }

    @Test
    void recognizesAMissingPartitionInAnyLanguage() {
        assertThat(WriteFailure.of(raised(
                        "23514",
                        "keine Partition von Relation »execution« gefunden",
                        "ExecFindPartition",
                        "execPartition.c")))
                .isEqualTo(WriteFailure.NO_PARTITION);
        assertThat(WriteFailure.of(
                        raised("23514", "neue Zeile verletzt Check-Constraint", "ExecConstraints", "execMain.c")))
                .isEqualTo(WriteFailure.BAD_ROW);
    }

    @Test
    void classifiesFileErrorsAsUnavailable() {
        assertThat(WriteFailure.of(raised("XX000", "Plattenplatzkontingent überschritten", "mdextend", "md.c")))
                .isEqualTo(WriteFailure.UNAVAILABLE);
    }

    @Test
    void reportsAFullDisk() {
        PgException full = new PgException("could not extend file", "ERROR", "53100", null);
        PgException overQuota = new PgException("could not write: Disk quota exceeded", "ERROR", "XX000", null);

        assertThat(WriteFailure.of(overQuota)).isEqualTo(WriteFailure.UNAVAILABLE);
        for (PgException failure : new PgException[] {full, overQuota}) {
            RunlogException error = WriteFailure.overloaded(failure);
            assertThat(error.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(error).hasMessage("The database has no disk space left.");
        }
    }

    private static PgException raised(String state, String message, String routine, String file) {
        return new PgException(
                message, "FEHLER", state, null, null, null, null, null, null, file, null, routine, null, null, null,
                null, null);
    }
}

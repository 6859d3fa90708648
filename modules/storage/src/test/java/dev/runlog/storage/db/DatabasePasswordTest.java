package dev.runlog.storage.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatabasePasswordTest {
    private static final String FILE = "org.postgresql.pgpassfile";

    @BeforeEach
    void writeFile(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(
                directory.resolve("pgpass"), "db.example:5433:runs:alice:of alice\n*:*:*:bob:a\\:b\\\\c\n");
        System.setProperty(FILE, file.toString());
    }

    @AfterEach
    void clearFile() {
        System.clearProperty(FILE);
    }

    @Test
    void takesThePasswordFromTheFileUnlessTheUrlHasOne() {
        assertThat(password("postgresql://alice@db.example:5433/runs")).isEqualTo("of alice");
        assertThat(password("postgresql://bob@elsewhere/any")).isEqualTo("a:b\\c");
        assertThat(password("postgresql://alice:given@db.example:5433/runs")).isEqualTo("given");
        assertThat(password("postgresql://alice@db.example:5434/runs")).isNotEqualTo("of alice");
        assertThat(password("postgresql://carol@db.example:5433/runs")).isNotEqualTo("of alice");
    }

    private static String password(String url) {
        return Database.connectOptions(url).getPassword();
    }
}
